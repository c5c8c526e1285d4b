"""`top`: figures of now."""

from time import sleep
from typing import Annotated

import typer

from bloomweaver.metrics.requests import MINUTES_MAX
from cli import figure_tables, output
from cli.options import ApiUrlOption, JsonOption, open_api


def top(
    minutes: Annotated[int, typer.Option(min=1, max=MINUTES_MAX, help="How far back to look.")] = 15,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two looks.")] = 15.0,
    times: Annotated[
        int | None,
        typer.Option(min=1, help="End after so many looks.", show_default="on a terminal never, else after one"),
    ] = None,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show figures of now: requests, documents, embedding, queues, the cache of search, the fleet. Ctrl-C ends it.

    The API makes them anew once a minute. In a pipe, and with --json, they are shown once.
    """
    stays = output.results.is_terminal and not as_json
    left = times if times is not None or stays else 1
    with open_api(api_url) as api:
        try:
            while True:
                summary = api.metrics_summary(minutes)
                if as_json:
                    output.print_json(summary.model_dump(mode="json"))
                else:
                    if stays:
                        output.results.clear()
                    figure_tables.show(output.results, summary)
                output.results.file.flush()
                if left is not None:
                    left -= 1
                    if left == 0:
                        return
                sleep(every)
        except KeyboardInterrupt:
            return
