"""The `bloomweaver` command: its entry point, and the one place where errors become messages and exit codes."""

from http import HTTPStatus
from typing import Any

import typer
from typer.core import TyperGroup

from bloomweaver.errors import BloomweaverError
from cli import output
from cli.client import ApiError
from cli.commands.ask import ask
from cli.commands.audit import audit
from cli.commands.contents import content, removal
from cli.commands.dead_letters import dead_letters, redrive
from cli.commands.documents import delete, status
from cli.commands.edit import edit
from cli.commands.folder_changes import delete_folder, move_folder
from cli.commands.folders import folders
from cli.commands.index import create_index
from cli.commands.ingest import ingest
from cli.commands.rebuild import rebuild
from cli.commands.reconcile import reconcile
from cli.commands.recovery import retry, sweep
from cli.commands.reindex import delete_index, indexes, reindex
from cli.commands.runs import run, runs
from cli.commands.search import search
from cli.commands.smoke import smoke
from cli.commands.stack import down, up
from cli.commands.sync import sync
from cli.commands.token import sign, token
from cli.commands.top import top
from cli.commands.watch import watch
from cli.live.events import LiveError
from cli.options import TOKEN_VARIABLE
from local.errors import StackError

EXIT_CODES = (
    "Exit codes: 0 all went well; 1 something was refused, failed or was not found; 2 the command was not used right."
)


class _Commands(TyperGroup):
    """Turns the errors that can be foreseen into a message on stderr and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ApiError as error:
            output.failure(str(error))
            if error.status == HTTPStatus.UNAUTHORIZED:
                output.note(f"the token comes from the variable {TOKEN_VARIABLE}; `bloomweaver token` makes one")
            if error.unreachable:
                output.note("`bloomweaver up` starts a stack on this machine; --api-url names another API")
        except (StackError, BloomweaverError, LiveError) as error:
            output.failure(str(error))
        except BrokenPipeError:
            raise  # whoever read the output has seen enough
        except OSError as error:
            output.failure(f"{error.filename or 'the system'}: {error.strerror or error}")
        raise typer.Exit(1)


app = typer.Typer(
    name="bloomweaver",
    cls=_Commands,
    help="Keep a vector index in step with documents.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command("up", epilog=EXIT_CODES)(up)
app.command("down", epilog=EXIT_CODES)(down)
app.command("ingest", epilog=EXIT_CODES)(ingest)
app.command("sync", epilog=EXIT_CODES)(sync)
app.command("search", epilog=EXIT_CODES)(search)
app.command("ask", epilog=EXIT_CODES)(ask)
app.command("folders", epilog=EXIT_CODES)(folders)
app.command("move-folder", epilog=EXIT_CODES)(move_folder)
app.command("delete-folder", epilog=EXIT_CODES)(delete_folder)
app.command("status", epilog=EXIT_CODES)(status)
app.command("edit", epilog=EXIT_CODES)(edit)
app.command("watch", epilog=EXIT_CODES)(watch)
app.command("delete", epilog=EXIT_CODES)(delete)
app.command("content", epilog=EXIT_CODES)(content)
app.command("removal", epilog=EXIT_CODES)(removal)
app.command("runs", epilog=EXIT_CODES)(runs)
app.command("run", epilog=EXIT_CODES)(run)
app.command("top", epilog=EXIT_CODES)(top)
app.command("audit", epilog=EXIT_CODES)(audit)
app.command("dead-letters", epilog=EXIT_CODES)(dead_letters)
app.command("redrive", epilog=EXIT_CODES)(redrive)
app.command("retry", epilog=EXIT_CODES)(retry)
app.command("sweep", epilog=EXIT_CODES)(sweep)
app.command("reconcile", epilog=EXIT_CODES)(reconcile)
app.command("smoke", epilog=EXIT_CODES)(smoke)
app.command("rebuild", epilog=EXIT_CODES)(rebuild)
app.command("token", epilog=EXIT_CODES)(token)
app.command("sign", epilog=EXIT_CODES)(sign)
app.command("create-index", epilog=EXIT_CODES)(create_index)
app.command("indexes", epilog=EXIT_CODES)(indexes)
app.command("reindex", epilog=EXIT_CODES)(reindex)
app.command("delete-index", epilog=EXIT_CODES)(delete_index)

if __name__ == "__main__":
    app()
