"""What the routes that change a whole folder are asked with."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from bloomweaver.models import folder_path
from bloomweaver.models.folder_change import FolderChange, FolderOperation
from bloomweaver.models.request_fields import Folder, invalid


def _no_root(folder: str) -> str:
    if folder == folder_path.ROOT:
        raise invalid("folder_is_root", "'/' holds every document: name a folder in it")
    return folder


SomeFolder = Annotated[Folder, AfterValidator(_no_root)]


class MoveFolder(BaseModel):
    """The body of POST /folders/move."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    folder: SomeFolder
    """The folder that moves, with all below it."""
    to: SomeFolder
    """What it is called afterwards: its new path, not the folder that it comes into. If there is a folder of that path,
    the two become one."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if folder_path.is_within(self.to, self.folder):
            raise invalid("folder_into_itself", f"'{self.folder}' cannot be moved to itself, or into itself", "to")
        if folder_path.is_within(self.folder, self.to):
            raise invalid(
                "folder_onto_its_own", f"'{self.folder}' lies in '{self.to}': move what is in it, one by one", "to"
            )
        return self

    def change(self, asked_at: str) -> FolderChange:
        """The change that is asked for."""
        return FolderChange(operation=FolderOperation.MOVE, folder=self.folder, to=self.to, asked_at=asked_at)


class DeleteFolder(BaseModel):
    """The body of POST /folders/delete."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    folder: SomeFolder
    """The folder whose documents are deleted, with those in all folders below it."""

    def change(self, asked_at: str) -> FolderChange:
        """The change that is asked for."""
        return FolderChange(operation=FolderOperation.DELETE, folder=self.folder, asked_at=asked_at)
