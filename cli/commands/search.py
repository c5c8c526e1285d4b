"""`search`: passages by meaning and by words."""

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from bloomweaver.search.answer import Explanation, Part, SearchAnswer, SearchHit
from bloomweaver.search.request import Mode
from cli import output
from cli.entries import no_constant, one_value, split_entry
from cli.options import ApiUrlOption, JsonOption, checked_folder, checked_text, open_api


def search(
    query: Annotated[
        str,
        typer.Argument(metavar="QUERY", callback=checked_text, show_default=False, help="What to look for, in words."),
    ],
    top_k: Annotated[int, typer.Option(min=1, max=100, help="The most passages to show.")] = 10,
    mode: Annotated[
        Mode | None,
        typer.Option(help="Search by meaning, by words, or by both.", show_default="the API's, hybrid"),
    ] = None,
    min_score: Annotated[
        float | None,
        typer.Option(min=-1, max=1, help="The lowest similarity in meaning to show.", show_default=False),
    ] = None,
    rerank: Annotated[
        bool | None,
        typer.Option(
            "--rerank/--no-rerank",
            help="Have a cross-encoder put the best in order.",
            show_default="if the deployment has one",
        ),
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
    folder: Annotated[
        str | None,
        typer.Option(
            callback=lambda value: value and checked_folder(value),
            help="Only what is in this folder or below it, such as /guides/aws.",
            show_default=False,
        ),
    ] = None,
    cursor: Annotated[
        str | None, typer.Option(help="The next page, as the page before named it.", show_default=False)
    ] = None,
    explain: Annotated[bool, typer.Option(help="Show what each score is made of.")] = False,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the passages that answer QUERY best. Words in "quotation marks" are looked for as they stand."""
    condition = parse_filters(filters or [])
    with open_api(api_url) as api:
        found = api.search(
            query,
            top_k=top_k,
            min_score=min_score,
            filter=condition,
            mode=mode,
            rerank=rerank,
            cursor=cursor,
            explain=explain,
            folder=folder,
        )
    if as_json:
        output.print_json(found.model_dump(mode="json"))
        return
    for line in _said_before(found):
        output.note(line)
    if found.results:
        columns = ("#Score", *(("Made of",) if explain else ()), "Document", "Heading", "Text")
        output.print_table(None, columns, [_row(hit) for hit in found.results])
    for line in _said_after(found):
        output.note(line)


def parse_filters(given: Sequence[str]) -> dict[str, Any] | None:
    """The filter that the values of --filter make together. Raises `typer.BadParameter`."""
    conditions = [_parse_filter(text) for text in given]
    if len(conditions) > 1:
        return {"$and": conditions}
    return conditions[0] if conditions else None


def _parse_filter(text: str) -> dict[str, Any]:
    if text.lstrip().startswith("{"):
        try:
            condition: dict[str, Any] = json.loads(text, parse_constant=no_constant)
        except ValueError as error:
            raise _bad_filter(f"{text!r} is not JSON: {error}") from error
        return condition
    try:
        key, value = split_entry(text)
    except ValueError as error:
        raise _bad_filter(f"{text!r} is neither KEY=VALUE nor a JSON object") from error
    return {key: one_value(value)}


def _bad_filter(reason: str) -> typer.BadParameter:
    return typer.BadParameter(reason, param_hint="--filter")


def _said_before(found: SearchAnswer) -> Iterator[str]:
    """How the answer came about, where that is not as one expects."""
    if found.query.windows > 1:
        yield f"the query is longer than the model reads: it was read in {found.query.windows} windows"
    for part, report in found.legs.items():
        if report.missing is not None:
            yield f"without {part}: {report.missing}"
    if found.moved:
        yield "the index has changed since the page before: a hit may be missing, or come once more"
    if not found.results:
        yield "nothing was found"


def _said_after(found: SearchAnswer) -> Iterator[str]:
    """How it goes on."""
    if found.cursor is not None:
        yield f"more: the same command with --cursor {found.cursor}"
    elif found.bounded:
        yield "there may be more, which a search does not look through: say more in the query, or use --filter"


def _made_of(explained: Explanation) -> str:
    places = {Part.DENSE: explained.dense, Part.KEYWORD: explained.keyword}
    parts = [f"{part} #{place.rank} ({place.score:.3f})" for part, place in places.items() if place is not None]
    if explained.phrases:
        parts.append(f"phrases {explained.phrases}")
    if explained.rerank is not None:
        parts.append(f"rerank {explained.rerank:.3f}, before it {explained.fused:.3f}")
    return "\n".join(parts)


def _row(hit: SearchHit) -> tuple[str, ...]:
    document = f"{hit.title}\n{hit.doc_hash}" if hit.title else hit.doc_hash
    place = hit.heading or ""
    if hit.page is not None:
        place = f"{place} (page {hit.page})".lstrip()
    explained = (_made_of(hit.explain),) if hit.explain is not None else ()
    return f"{hit.score:.3f}", *explained, document, place, output.snippet(hit.text)
