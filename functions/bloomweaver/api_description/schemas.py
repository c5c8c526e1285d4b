"""JSON schemas of models, with the docstrings of classes and fields as descriptions.

The docstrings are read from the source. Pydantic could do that itself, where each class is made, which every start of a
function would pay for.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import CoreModeRef, CoreRef, DefsRef, GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from bloomweaver.api_description import filters
from bloomweaver.api_description.description import JsonSchema
from bloomweaver.chats import message as chat_message
from bloomweaver.chats.requests import ChatPatch, NewChat
from bloomweaver.documents import removal
from bloomweaver.folder_changes import answers as folder_change_answers
from bloomweaver.library import listed
from bloomweaver.metrics import figures
from bloomweaver.models import dead_letter, rebuild, reconciliation, record, reindexing
from bloomweaver.rebuilding import answers as rebuilding_answers
from bloomweaver.reconciliation import answers as reconciliation_answers
from bloomweaver.recovery import answers as recovery_answers
from bloomweaver.recovery import dead_letters, mending, redrive
from bloomweaver.reindexing import answers as reindexing_answers
from bloomweaver.runs import states as run_states
from bloomweaver.search.request import SearchRequest

Mode = Literal["validation", "serialization"]

_REFERENCE = "#/components/schemas/{model}"
NAMES: Mapping[type, str] = {
    chat_message.Failure: "AnswerFailure",
    chat_message.Used: "AnswerUse",
    removal.Place: "RemovalPlace",
    removal.State: "RemovalState",
    listed.Order: "DocumentOrder",
    record.Status: "DocumentStatus",
    record.Outcome: "BranchOutcome",
    dead_letters.Entry: "DeadLetter",
    dead_letters.QueueContent: "DeadLetterQueueContent",
    dead_letter.BranchTask: "BranchTask",
    mending.Verdict: "LetterVerdict",
    redrive.Skipped: "SkippedLetter",
    rebuild.Fate: "BackupFate",
    rebuild.Problem: "RebuildProblem",
    reconciliation.Counts: "ReconciliationCounts",
    reconciliation.Kind: "FindingKind",
    reconciliation.Repair: "FindingRepair",
    reconciliation.Tally: "FindingTally",
    reindexing.Left: "ReasonToStay",
    figures.Unit: "FigureUnit",
    recovery_answers.FollowedRedrive: "Redrive",
    run_states.Attempt: "StateAttempt",
    run_states.Payload: "HistoryText",
    reconciliation_answers.ShownReport: "ReconciliationReport",
    rebuilding_answers.ShownReport: "RebuildReport",
    reindexing_answers.ShownReport: "ReindexReport",
    folder_change_answers.ShownReport: "FolderChangeReport",
}
"""What a model is called here, whose own name says too little outside its module."""
REPLACED: Mapping[tuple[type[BaseModel], str], JsonSchema] = {
    (model, "filter"): {"anyOf": [filters.FILTER, {"type": "null"}]} for model in (SearchRequest, NewChat, ChatPatch)
}
"""Fields that code checks, and no type."""


def schemas(models: Iterable[tuple[type[BaseModel], Mode]]) -> dict[str, JsonSchema]:
    """The schemas of the models and of all that is in them, by their names. `validation` is of what is read,
    `serialization` of what is written."""
    generator = _Generator(ref_template=_REFERENCE)
    _, made = generator.generate_definitions([(model, mode, model.__pydantic_core_schema__) for model, mode in models])
    found: dict[str, Any] = {**{str(name): schema for name, schema in made.items()}, **filters.SCHEMAS}
    if long := [name for name in found if "__" in name]:
        raise ValueError(f"these models have the name of another one; give them one in NAMES: {', '.join(long)}")
    for (model, field), schema in REPLACED.items():
        if name_of(model) in found:
            found[name_of(model)]["properties"][field] |= schema
    for kind in generator.enums:
        found[name_of(kind)]["description"] = _told_of(kind)
    for schema in found.values():
        schema.pop("title", None)
    return dict(sorted(found.items()))


def name_of(model: type) -> str:
    """What the schema of a model is called."""
    return NAMES.get(model, model.__name__)


def reference(model: type) -> dict[str, str]:
    """What stands where the schema of a model does."""
    return {"$ref": _REFERENCE.format(model=name_of(model))}


def prose(text: str) -> str:
    """A docstring's text, each paragraph and each point of a list on a line."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(re.sub(r"\n(?!- )\s*", " ", paragraph) for paragraph in paragraphs).strip()


def without_null(schema: JsonSchema) -> dict[str, Any]:
    """The schema of a value that is left out where it is not there."""
    kept = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    if not kept:
        return dict(schema)
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**kept[0], **rest} if len(kept) == 1 else {"anyOf": kept, **rest}


class _Generator(GenerateJsonSchema):
    def __init__(self, ref_template: str) -> None:
        super().__init__(ref_template=ref_template)
        self.enums: set[type[Enum]] = set()
        """Those that were met."""

    def get_defs_ref(self, core_mode_ref: CoreModeRef) -> DefsRef:
        reference, mode = core_mode_ref
        path, _, rest = reference.partition(":")
        if path in _BY_PATH:
            reference = CoreRef(f"{path.rpartition('.')[0]}.{_BY_PATH[path]}:{rest}")
        return super().get_defs_ref((reference, mode))

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        # What is written is written whole, whatever the defaults are.
        if self.mode == "serialization":
            return "serialization_exclude_if" not in field
        return super().field_is_required(field, total)

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        model: type[BaseModel] = schema["cls"]
        made = super().model_schema(schema)
        _describe(made, model.__doc__)
        documented = _field_docs(model)
        for name, given in made.get("properties", {}).items():
            entry = dict(given)
            if self.mode == "serialization":
                entry.pop("default", None)
                if model.model_fields[name].exclude_if is not None:
                    entry = without_null(entry)
            made["properties"][name] = _describe(entry, documented.get(name))
        return made

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        self.enums.add(schema["cls"])
        return super().enum_schema(schema)


def _told_of(kind: type[Enum]) -> str:
    """What an enumeration is, and what those of its values mean that need to be told."""
    documented = _field_docs(kind)
    told = [(member.value, documented[name]) for name, member in kind.__members__.items() if name in documented]
    return "\n".join([prose(kind.__doc__ or ""), *(f"- `{value}`: {prose(text)}" for value, text in told)])


def _describe(schema: dict[str, Any], text: str | None) -> dict[str, Any]:
    if text:
        schema["description"] = prose(text)
    return schema


@cache
def _field_docs(model: type) -> dict[str, str]:
    """The docstrings below the fields of a class and its bases."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if each.__module__.startswith("bloomweaver."):
            found |= _own_field_docs(each)
    return found


def _own_field_docs(model: type) -> dict[str, str]:
    [definition] = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(definition, ast.ClassDef)
    found: dict[str, str] = {}
    for statement, following in zip(definition.body, definition.body[1:], strict=False):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        documented = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
        if isinstance(target, ast.Name) and documented:
            found[target.id] = str(following.value.value)  # type: ignore[attr-defined]
    return found


_BY_PATH = {f"{model.__module__}.{model.__qualname__}": name for model, name in NAMES.items()}
