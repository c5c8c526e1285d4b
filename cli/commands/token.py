"""`token` and `sign`: what a request to the API needs besides its body, from the issuer of this machine's stack."""

import secrets
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from bloomweaver.auth.roles import Role
from cli import output
from cli.options import DEFAULT_DIRECTORY, DirectoryOption, JsonOption
from local.config import StackConfig
from local.errors import StackError


def token(
    role: Annotated[Role, typer.Option(help="What its bearer may do.")] = Role.ADMIN,
    minutes: Annotated[float, typer.Option(min=0.1, max=1440, help="How long it is good.")] = 60,
    directory: DirectoryOption = DEFAULT_DIRECTORY,
    as_json: JsonOption = False,
) -> None:
    """Print a token for the API of this machine's stack. The other commands make their own.

    For the header `Authorization: Bearer TOKEN`.
    """
    from local.issuer import LocalIssuer

    made = LocalIssuer(_made(directory)).token(role, minutes)
    if as_json:
        output.print_json({"token": made, "role": role.value, "minutes": minutes})
    else:
        typer.echo(made)


def sign(
    body: Annotated[Path, typer.Argument(help="File with the request's body, as it will be sent; - is stdin.")],
    id_: Annotated[str | None, typer.Option("--id", help="The webhook-id. By default a new one.")] = None,
    directory: DirectoryOption = DEFAULT_DIRECTORY,
    as_json: JsonOption = False,
) -> None:
    """Print the headers of a signed webhook, as Standard Webhooks has them, with the secret of this machine's stack.

    As options of curl: `curl $(bloomweaver sign note.json) --data-binary @note.json ...`
    """
    from bloomweaver.auth.signatures import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, signature
    from local.issuer import LocalIssuer

    key = LocalIssuer(_made(directory)).webhook_secret_bytes()
    chosen, now = id_ or f"msg_{secrets.token_hex(12)}", int(time.time())
    data = sys.stdin.buffer.read() if str(body) == "-" else body.read_bytes()
    headers = {
        ID_HEADER: chosen,
        TIMESTAMP_HEADER: str(now),
        SIGNATURE_HEADER: signature(key, chosen, now, data),
    }
    if as_json:
        output.print_json(headers)
    else:
        typer.echo(" ".join(f"-H {name}:{value}" for name, value in headers.items()))


def _made(directory: Path) -> Path:
    """The issuer's folder, which the first `up` makes."""
    config = StackConfig(directory=directory.absolute())
    if not config.issuer.is_dir():
        raise StackError(f"no stack was ever started in {config.directory}: `bloomweaver up` makes its issuer")
    return config.issuer
