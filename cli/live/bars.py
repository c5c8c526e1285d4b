"""Bars on a terminal for what is under way, below the lines of what changed."""

from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.progress import BarColumn, ProgressColumn, TaskID, TextColumn
from rich.progress import Progress as RichProgress
from rich.progress import Task as RichTask
from rich.text import Text

from bloomweaver.progress.progress import State
from cli.live.events import Message
from cli.live.words import progress_of, said
from cli.progress import drawn_on

SHOWN = 10
"""At a time: a screen has other things on it."""
BAR_CELLS = 24
_STYLES = {State.QUEUED: "dim", State.WAKING: "cyan", State.RUNNING: ""}


class Bars:
    """A bar for each document or operation that is under way, for as long as it is. Where nobody knows how much there
    is to do, there are words alone."""

    def __init__(self, console: Console) -> None:
        self._rich = _FirstOnes(
            TextColumn("{task.description}", markup=False),
            _Counted(),
            _Words(),
            console=drawn_on(console),
            transient=True,
            refresh_per_second=2,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "Bars":
        self._rich.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._rich.stop()

    def show(self, name: str, title: str, message: Message) -> None:
        """Have the bar of `name` be as the message says."""
        progress = progress_of(message)
        if progress is None:
            if name in self._tasks:
                self._rich.remove_task(self._tasks.pop(name))
            return
        if name not in self._tasks:
            self._tasks[name] = self._rich.add_task(title, message=message)
        self._rich.update(
            self._tasks[name],
            description=title,
            completed=progress.done or 0,
            total=progress.of,
            message=message,
        )


class _FirstOnes(RichProgress):
    def get_renderables(self) -> Iterable[RenderableType]:
        yield self.make_tasks_table(self.tasks[:SHOWN])
        if (more := len(self.tasks) - SHOWN) > 0:
            yield Text(f"and {more:,} more under way", "dim")


class _Counted(ProgressColumn):
    def __init__(self) -> None:
        super().__init__()
        self._bar = BarColumn(bar_width=BAR_CELLS)

    def render(self, task: RichTask) -> RenderableType:
        # rich has a bar for what has no total, which moves whether or not anything does.
        return Text("") if task.total is None else self._bar.render(task)


class _Words(ProgressColumn):
    def render(self, task: RichTask) -> Text:
        message: Message = task.fields["message"]
        progress = progress_of(message)
        if progress is None:
            return Text("")
        words = said(message, progress)
        return Text(words, "yellow" if words.startswith("stalled") else _STYLES[progress.state])
