"""What the routes about folders answer."""

from pydantic import BaseModel, ConfigDict

from bloomweaver.library.ports import FolderPage
from bloomweaver.models import folder_path


class Folder(BaseModel):
    """A folder right below another one."""

    model_config = ConfigDict(frozen=True)

    folder: str
    name: str
    documents: int
    """In it and in all folders below it."""


class FolderList(BaseModel):
    """A folder, and some of those right below it, by name."""

    model_config = ConfigDict(frozen=True)

    folder: str
    documents: int
    """In it and in all folders below it."""
    folders: list[Folder]
    next_cursor: str | None = None
    """For the query parameter `cursor` of the next page; null on the last one."""

    @classmethod
    def of(cls, folder: str, documents: int, page: FolderPage) -> "FolderList":
        """A page of folders below one."""
        folders = [
            Folder(folder=each.folder, name=folder_path.name(each.folder), documents=each.documents)
            for each in page.folders
        ]
        return cls(folder=folder, documents=documents, folders=folders, next_cursor=page.after)
