"""What a deployment makes, on disk: functions, roles, APIs, tables, queues and machines, without what is in them.

It is small and changes seldom, so it is stored whole, all services in one transaction. That happens before the first
request for data after a change is answered, and a second after it at the latest; but never while CloudFormation is at
work: a state from the middle of a deployment could not be gone on with. After a death in one, the emulator comes back
with what was there before it, and `bloomweaver up` deploys again.
"""

import copy
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.emulator.state_file import StateFile
from local.errors import StackError

Json = dict[str, Any]
_DYNAMODB_STORES = (
    "tags",
    "ttl_settings",
    "pitr_settings",
    "kinesis_destinations",
    "contributor_insights",
    "backups",
    "resource_policies",
    "exports",
    "imports",
)
_MACHINE_STORES = (
    "state_machines",
    "tags",
    "activities",
    "state_machine_versions",
    "state_machine_aliases",
    "map_runs",
)
_CLOUDWATCH_STORES = ("alarms", "composite_alarms", "composite_triggers", "dashboards", "resource_tags")
_LOG_STORES = ("destinations", "resource_policies", "log_group_policies", "metric_filters")
_FORMAT, _PAYLOAD = "__ministack_format__", "payload"


class ControlState:
    """Reads it when the emulator starts, and stores it when it changed."""

    def __init__(self, file: StateFile) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._changed = False
        self._stored: dict[str, str] = {}
        self._unreferenced: Callable[[], object] = lambda: None

    def install(self) -> None:
        """Have MiniStack load its services from the file, and not store them by itself."""
        from ministack import app
        from ministack.core import persistence
        from ministack.services import lambda_svc

        load_json = persistence.load_state
        prune: Callable[[set[str]], None] = lambda_svc._prune_orphan_code_blobs

        def load(service: str) -> Any:
            row = self._file.row("SELECT state FROM services WHERE name = ?", (service,))
            if row is not None:
                self._stored[service] = row[0]
                return _unwrapped(service, row[0])
            if self._file.row("SELECT 1 FROM services LIMIT 1"):
                return None
            # A stack from before this file has its state in a JSON file a service.
            state = load_json(service)
            path = Path(persistence.STATE_DIR) / f"{service}.json"
            if state is None and path.exists():
                raise StackError(f"the stack's state in {path} cannot be read; nothing was changed. See the log")
            self._changed = self._changed or state is not None
            return state

        def prune_later(referenced: set[str]) -> None:
            # What the state on disk refers to has to be there until another one is on disk.
            self._unreferenced = lambda: prune(referenced)

        def load_all() -> None:
            # MiniStack goes on without a service that cannot be read, and would store it as empty.
            for service, module in app._state_map.items():
                state = load(service)
                if state:
                    app._get_module(module).load_persisted_state(state)

        app._load_persisted_state = load_all
        app.save_all = lambda _: None
        lambda_svc._prune_orphan_code_blobs = prune_later

    def changed(self) -> None:
        """Something of it may have changed."""
        self._changed = True

    def store_if_due(self) -> None:
        """Store it if something changed and no deployment is under way."""
        if self._changed and not deployment_under_way():
            self.store()

    def store(self) -> None:
        """Store it now."""
        from ministack import app
        from ministack.core import persistence

        with self._lock:
            self._changed = False
            states: dict[str, str] = {}
            for service, get_state in app._build_persistence_save_dict().items():
                state = _OWN.get(service, get_state)()
                if state is None:
                    continue  # MiniStack's word for a service that could not be imported: what is stored stays
                whole = {_FORMAT: persistence._state_format_version(service), _PAYLOAD: state}
                states[service] = json.dumps(whole, default=persistence._json_default)
            news = [(name, state) for name, state in states.items() if self._stored.get(name) != state]
            self._file.execute_each("INSERT OR REPLACE INTO services VALUES (?, ?)", news)
            self._stored = states
            self._unreferenced()


def deployment_under_way() -> bool:
    """Whether CloudFormation is at work on a stack. A change set that waits to be executed has changed nothing."""
    from ministack.services import cloudformation

    states = {stack.get("StackStatus", "") for stack in cloudformation._stacks.all_values()} - {"REVIEW_IN_PROGRESS"}
    return any("_IN_PROGRESS" in state for state in states)


def _unwrapped(service: str, stored: str) -> Any:
    from ministack.core import persistence

    whole = json.loads(stored, object_hook=persistence._json_object_hook)
    if whole[_FORMAT] > persistence._state_format_version(service):
        raise StackError(
            f"the stored state of {service} is of a newer emulator (format {whole[_FORMAT]}) than this one: install "
            "the version that made it, or keep other data with --dir"
        )
    return whole[_PAYLOAD]


def _without(store: Any, *left_out: str) -> Any:
    """A copy of a MiniStack store whose values lack these entries."""
    copied = type(store)()
    for key, value in list(store._data.items()):
        copied._data[key] = copy.deepcopy({name: entry for name, entry in value.items() if name not in left_out})
    return copied


def _stores(module: Any, names: tuple[str, ...]) -> Json:
    return {name: copy.deepcopy(getattr(module, f"_{name}")) for name in names}


def _dynamodb() -> Json:
    from ministack.services import dynamodb

    tables = _without(dynamodb._tables, "items", "ItemCount", "TableSizeBytes", dynamodb._INDEX_MEMBERS)
    for table in tables.all_values():
        table["items"] = {}
    return {"tables": tables, **_stores(dynamodb, _DYNAMODB_STORES)}


def _sqs() -> Json:
    from ministack.services import sqs

    queues = _without(sqs._queues, "messages", "dedup_cache")
    for queue in queues.all_values():
        queue |= {"messages": [], "dedup_cache": {}}
    return {"queues": queues, **_stores(sqs, ("queue_name_to_url",))}


def _stepfunctions() -> Json:
    from ministack.services import stepfunctions

    return _stores(stepfunctions, _MACHINE_STORES)


def _logs() -> Json:
    from ministack.services import cloudwatch_logs

    groups = _without(cloudwatch_logs._log_groups, "streams")
    for group in groups.all_values():
        group["streams"] = {}
    return {"log_groups": groups, **_stores(cloudwatch_logs, _LOG_STORES)}


def _cloudwatch() -> Json:
    from ministack.services import cloudwatch

    # Its own `get_state` would copy each value of each metric, to be thrown away.
    return _stores(cloudwatch, _CLOUDWATCH_STORES)


_OWN: dict[str, Callable[[], Json]] = {
    "dynamodb": _dynamodb,
    "sqs": _sqs,
    "stepfunctions": _stepfunctions,
    "cloudwatch_logs": _logs,
    "cloudwatch": _cloudwatch,
}
"""Services whose own state has contents in it: items, messages, histories, log lines, figures."""
