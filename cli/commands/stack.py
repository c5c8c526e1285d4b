"""`up` and `down`: the stack of this machine."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from cli import output
from cli.options import (
    API_URL_VARIABLE,
    DEFAULT_DIRECTORY,
    TOKEN_VARIABLE,
    DirectoryOption,
    JsonOption,
    checked_index_name,
)
from local.config import ChatModelName, StackConfig, VectorStoreName


def up(
    aws_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the AWS emulator, which serves the API too. 0 takes a free one.")
    ] = StackConfig.aws_port,
    embedding_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the embedding service. 0 takes a free one.")
    ] = StackConfig.embedding_port,
    dashboard_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the dashboard. 0 takes a free one.")
    ] = StackConfig.dashboard_port,
    dashboard: Annotated[
        bool, typer.Option("--dashboard/--no-dashboard", help="Build the dashboard, if it is not built, and serve it.")
    ] = True,
    vector_store: Annotated[VectorStoreName, typer.Option(help="Where vectors are kept.")] = StackConfig.vector_store,
    pinecone_host: Annotated[
        str, typer.Option(help="URL of a stand-in for Pinecone's control plane. Empty is Pinecone itself.")
    ] = StackConfig.pinecone_host,
    pinecone_api_key: Annotated[
        str, typer.Option(envvar="PINECONE_API_KEY", help="Needed with --vector-store pinecone.", show_default=False)
    ] = StackConfig.pinecone_api_key,
    index: Annotated[
        str,
        typer.Option(
            callback=checked_index_name, help="Name of the vector index. Another model or chunking needs another one."
        ),
    ] = StackConfig.index_name,
    model: Annotated[
        str, typer.Option(help="The embedding model: its name, or the folder with its files.")
    ] = StackConfig.model,
    chat_model: Annotated[
        ChatModelName | None,
        typer.Option(
            help="A small language model that writes answers, to see one stream: most of what it says is wrong. "
            "Install it with `make chat-model`. Without it the documents' own sentences answer.",
            show_default=False,
        ),
    ] = StackConfig.chat_model,
    chunk_max_tokens: Annotated[int, typer.Option(min=16, help="The most tokens of a chunk.")] = (
        StackConfig.chunk_max_tokens
    ),
    chunk_overlap_tokens: Annotated[int, typer.Option(min=0, help="The most tokens that a chunk repeats.")] = (
        StackConfig.chunk_overlap_tokens
    ),
    enforce_roles: Annotated[
        bool, typer.Option("--enforce-roles", help="Refuse what a function's role does not allow, as AWS does.")
    ] = StackConfig.enforce_roles,
    directory: DirectoryOption = DEFAULT_DIRECTORY,
    as_json: JsonOption = False,
) -> None:
    """Start the stack on this machine, and deploy the template to it.

    One that runs already is left as it is. The data of the last time is there again.
    """
    from local import stack

    if vector_store == "pinecone" and not pinecone_api_key:
        raise typer.BadParameter(
            "--vector-store pinecone needs it too, or the variable PINECONE_API_KEY", param_hint="--pinecone-api-key"
        )
    config = StackConfig(
        directory=directory.absolute(),
        aws_port=aws_port,
        embedding_port=embedding_port,
        dashboard_port=dashboard_port,
        dashboard=dashboard,
        vector_store=vector_store,
        pinecone_host=pinecone_host,
        pinecone_api_key=pinecone_api_key,
        index_name=index,
        model=str(Path(model).absolute()) if Path(model).is_dir() else model,
        chat_model=chat_model,
        chunk_max_tokens=chunk_max_tokens,
        chunk_overlap_tokens=chunk_overlap_tokens,
        enforce_roles=enforce_roles,
    )
    descriptor = stack.up(config, output.note)
    if as_json:
        output.print_json(descriptor.model_dump(mode="json"))
        return
    output.print_table(
        None,
        ("What", "Where"),
        (
            ("dashboard", descriptor.dashboard_url or "none"),
            ("API", descriptor.api_url),
            ("embedding service", descriptor.embedding_url),
            *((("chat model", descriptor.chat_model_url),) if descriptor.chat_model_url else ()),
            ("AWS endpoint", descriptor.aws_endpoint_url),
            ("vector store", descriptor.vector_store),
            ("data", str(descriptor.data_dir)),
            ("logs", str(descriptor.log_dir)),
        ),
    )
    if config.descriptor != StackConfig().descriptor:
        output.note(
            f"For the other commands: export {API_URL_VARIABLE}={descriptor.api_url} "
            f"{TOKEN_VARIABLE}=$(bloomweaver token --dir {shlex.quote(str(config.directory))})"
        )


def down(directory: DirectoryOption = DEFAULT_DIRECTORY, as_json: JsonOption = False) -> None:
    """Stop the stack of this machine. Its data stays."""
    from local import stack

    said: list[str] = []
    stack.down(StackConfig(directory=directory.absolute()), said.append if as_json else output.note)
    if as_json:
        output.print_json({"report": said})
