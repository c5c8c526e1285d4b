"""`search`: passages by meaning."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer

from cli import output
from cli.answers import SearchHit
from cli.options import ApiUrlOption, JsonOption, checked_text, open_api


def search(
    query: Annotated[
        str,
        typer.Argument(metavar="QUERY", callback=checked_text, show_default=False, help="What to look for, in words."),
    ],
    top_k: Annotated[int, typer.Option(min=1, max=100, help="The most passages to show.")] = 10,
    min_score: Annotated[
        float | None, typer.Option(min=-1, max=1, help="The lowest score to show.", show_default=False)
    ] = None,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="KEY=VALUE|JSON",
            show_default=False,
            help="""A condition on metadata, such as folder=guide or '{"year": {"$gte": 2020}}'. May be repeated: all
            have to hold. A VALUE that is a number, true or false is one; in double quotes it is text.""",
        ),
    ] = None,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the passages nearest in meaning to QUERY."""
    condition = parse_filters(filters or [])
    with open_api(api_url) as api:
        found = api.search(query, top_k=top_k, min_score=min_score, filter=condition)
    if as_json:
        output.print_json(found.model_dump(mode="json"))
        return
    if found.query.windows > 1:
        output.note(f"the query is longer than the model reads: it was read in {found.query.windows} windows")
    if not found.results:
        output.note("nothing was found")
    else:
        output.print_table(None, ("#Score", "Document", "Heading", "Text"), [_row(hit) for hit in found.results])


def parse_filters(given: Sequence[str]) -> dict[str, Any] | None:
    """The filter that the values of --filter make together. Raises `typer.BadParameter`."""
    conditions = [_parse_filter(text) for text in given]
    if len(conditions) > 1:
        return {"$and": conditions}
    return conditions[0] if conditions else None


def _parse_filter(text: str) -> dict[str, Any]:
    if text.lstrip().startswith("{"):
        try:
            condition: dict[str, Any] = json.loads(text, parse_constant=_no_constant)
        except ValueError as error:
            raise _bad_filter(f"{text!r} is not JSON: {error}") from error
        return condition
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise _bad_filter(f"{text!r} is neither KEY=VALUE nor a JSON object")
    return {key: _value(value)}


def _value(text: str) -> str | bool | int | float:
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except ValueError:
        return text
    return value if isinstance(value, str | bool | int | float) else text


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _bad_filter(reason: str) -> typer.BadParameter:
    return typer.BadParameter(reason, param_hint="--filter")


def _row(hit: SearchHit) -> tuple[str, str, str, str]:
    document = f"{hit.title}\n{hit.doc_hash}" if hit.title else hit.doc_hash
    place = hit.heading or ""
    if hit.page is not None:
        place = f"{place} (page {hit.page})".lstrip()
    return f"{hit.score:.3f}", document, place, output.snippet(hit.text)
