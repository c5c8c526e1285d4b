"""Files and folders of this machine, dropped on a page or picked there."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.dashboard.library import INDEXED_SECONDS

INDEXED_MILLISECONDS = INDEXED_SECONDS * 1000


def written(folder: Path, contents: Mapping[str, str | bytes]) -> Path:
    """The folder, with files of these names and contents."""
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def drop(page: Page, paths: Sequence[Path]) -> None:
    """Drop files and folders on the middle of the page. The browser reads them from the disk, as with a hand."""
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()
    box = page.get_by_role("main").bounding_box()
    assert box is not None
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    try:
        for kind in ("dragEnter", "dragOver", "drop"):
            session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})
    finally:
        session.detach()


def payloads(contents: Mapping[str, str | bytes]) -> list[FilePayload]:
    """Files of these names and contents, which are on no disk."""
    encoded = {name: each.encode() if isinstance(each, str) else each for name, each in contents.items()}
    return [FilePayload(name=name, mimeType="", buffer=content) for name, content in encoded.items()]


def pick(page: Page, contents: Mapping[str, str | bytes]) -> None:
    """Pick files of these names and contents."""
    chosen = page.get_by_label("Files", exact=True).and_(page.locator("input"))
    chosen.set_input_files(payloads(contents))


def row_of(page: Page, name: str) -> Locator:
    """The row of the file with that name."""
    return page.get_by_role("grid", name="Files").get_by_role("row").filter(has=page.get_by_text(name, exact=True))


def is_indexed(page: Page, name: str) -> None:
    """Wait until the row says that the file is indexed. Nothing is asked of the page meanwhile."""
    expect(row_of(page, name).get_by_text("Indexed", exact=True)).to_be_visible(timeout=INDEXED_MILLISECONDS)
