"""`ask`: a question, answered from the documents."""

import time
from typing import Annotated

import typer

from bloomweaver.chats.answers import Citation, CitationState
from bloomweaver.chats.message import MessageStatus, Used
from cli import output
from cli.answers import ChatMessage
from cli.client import Api, ApiError
from cli.commands.search import parse_filters
from cli.options import ApiUrlOption, JsonOption, checked_folder, checked_text, open_api
from cli.run_tree import duration

PAUSE_SECONDS = 0.25
SECONDS_MAX = 100
"""A wait of fewer is told in seconds."""
_ANSWERED = (MessageStatus.COMPLETE, MessageStatus.NO_ANSWER)


def ask(
    question: Annotated[
        str,
        typer.Argument(metavar="QUESTION", callback=checked_text, show_default=False, help="What you want to know."),
    ],
    chat: Annotated[
        str | None,
        typer.Option(metavar="CHAT", help="Go on in this chat, as the answer before named it.", show_default=False),
    ] = None,
    folder: Annotated[
        str | None,
        typer.Option(
            callback=lambda value: value and checked_folder(value),
            help="Answer from what is in this folder or below it, such as /guides/aws.",
            show_default=False,
        ),
    ] = None,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="KEY=VALUE|JSON",
            show_default=False,
            help="A condition on metadata, as `search` takes it. May be repeated: all have to hold.",
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=1, help="Seconds to wait at most; it is answered after that too.")
    ] = 300.0,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer QUESTION from the documents, with the passages that say so.

    Without --chat a chat is begun, which --folder and --filter hold for. Exits with 1 if there is no whole answer; that
    the documents do not say is one.
    """
    if chat is not None and (folder is not None or filters):
        raise typer.BadParameter("a chat has its folder and filter from its beginning", param_hint="--chat")
    condition = parse_filters(filters or [])
    with open_api(api_url) as api:
        chat_id = chat or api.open_chat(folder=folder, filter=condition).chat_id
        try:
            asked = api.ask(chat_id, question)
        except ApiError as error:
            if not error.is_limit:
                raise
            output.failure(_limited(error))
            if chat is None:
                api.delete_chat(chat_id)  # there is nothing in it
            raise typer.Exit(1) from error
        message = _follow(api, chat_id, asked.message_id, timeout, quiet=as_json)
    if as_json:
        output.print_json(message.model_dump(mode="json"))
    else:
        _say_the_rest(message)
    if message.status not in _ANSWERED:
        raise typer.Exit(1)


def _follow(api: Api, chat_id: str, message_id: str, seconds: float, *, quiet: bool) -> ChatMessage:
    """The message once it has ended, or as it is after so long. What comes of the answer is printed as it comes."""
    deadline = time.monotonic() + seconds
    printed = ""
    while True:
        message = api.chat_message(chat_id, message_id)
        is_over = message.status is not MessageStatus.RUNNING or time.monotonic() >= deadline
        if not quiet and message.text != printed:
            if not message.text.startswith(printed):
                output.results.print()
                output.note("a document changed meanwhile: the answer is made anew")
                printed = ""
            output.results.print(output.plain(message.text[len(printed) :]), end="", soft_wrap=True)
            printed = message.text
        if is_over:
            if printed:
                output.results.print()
            return message
        time.sleep(PAUSE_SECONDS)


def _limited(error: ApiError) -> str:
    """Which limit was reached, and when there is more."""
    reached, wait = error.errors[0].detail, error.retry_after
    if wait is None:
        return reached
    return f"{reached}: ask again in {duration(wait) if wait >= SECONDS_MAX else f'{wait:.0f} s'}"


def _say_the_rest(message: ChatMessage) -> None:
    if message.citations and message.status is not MessageStatus.WITHHELD:
        output.results.print()
        for citation in message.citations:
            output.results.print(output.plain(_source(citation)), soft_wrap=True)
    if message.rests_on_superseded:
        output.note("some of it was made from documents that have a newer version now")
    if message.status is MessageStatus.RUNNING:
        output.failure("the answer has not ended yet")
    elif message.error is not None:
        output.failure(f"{message.status}: {message.error.message}")
    if message.used is not None and (message.used.tokens_in or message.used.tokens_out):
        output.note(_used(message.used))
    output.note(f"go on with --chat {message.chat_id}")


def _used(used: Used) -> str:
    about = "about " if used.estimated else ""
    cost = f", {about}${used.cost:,.4f}" if used.cost is not None else ""
    return f"used {about}{used.tokens_in:,} tokens read and {used.tokens_out:,} written{cost}"


def _source(citation: Citation) -> str:
    named = f"{citation.title} ({citation.doc_hash})" if citation.title else citation.doc_hash
    where = f", {citation.heading}" if citation.heading else ""
    state = "" if citation.state is CitationState.CURRENT else f", {citation.state}"
    return f"[{citation.number}] {named}, version {citation.version}{where}{state}"
