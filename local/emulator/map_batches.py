"""Two fields of a Distributed Map that MiniStack does not know: `ItemBatcher` and `MaxConcurrencyPath`.

Without the first it would start an execution for every object of a bucket, without the second as many at a time as it
likes. `install` puts a function before MiniStack's own that reads the items, groups them as AWS does, and hands the
groups over as items. It relies on functions of exactly the version in the requirements.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

PAYLOAD_BYTES_MAX = 256 * 1024
"""Step Functions: the input of an execution."""

Json = dict[str, Any]


def install() -> None:
    """Have MiniStack's Distributed Map know both fields."""
    from ministack.services import stepfunctions

    run_map: Callable[..., Any] = stepfunctions._run_distributed_map

    def run_batched_map(
        state: Json, raw_input: Any, effective: Any, iterator: Json, execution: Json, context: Json
    ) -> Any:
        resolve = stepfunctions._resolve_path_or_ctx
        if path := state.get("MaxConcurrencyPath"):
            state = {**state, "MaxConcurrency": resolve(path, effective, context)}
        batcher = state.get("ItemBatcher")
        if batcher:
            if reader := state.get("ItemReader"):
                items = stepfunctions._read_map_items(reader, effective, context)
            else:
                items = resolve(state.get("ItemsPath", "$"), effective, context)
            fill = stepfunctions._resolve_params_obj
            if selector := state.get("ItemSelector"):
                items = [
                    fill(selector, effective, {**context, "Map": {"Item": {"Index": index, "Value": item}}})
                    for index, item in enumerate(items)
                ]
            shared = {"BatchInput": fill(given, effective, context)} if (given := batcher.get("BatchInput")) else {}
            groups = [{**shared, "Items": group} for group in batches(items, batcher)]
            plain = {
                name: value
                for name, value in state.items()
                if name not in ("ItemReader", "ItemSelector", "ItemBatcher")
            }
            state, effective = {**plain, "ItemsPath": "$.groups"}, {"groups": groups}
        return run_map(state, raw_input, effective, iterator, execution, context)

    stepfunctions._run_distributed_map = run_batched_map


def batches(items: Sequence[Any], batcher: Json) -> Iterator[list[Any]]:
    """The items in groups as an `ItemBatcher` asks for: of so many items, and of so many bytes as JSON, at most."""
    most = batcher.get("MaxItemsPerBatch") or len(items)
    most_bytes = batcher.get("MaxInputBytesPerBatch") or PAYLOAD_BYTES_MAX
    group: list[Any] = []
    group_bytes = 0
    for item in items:
        item_bytes = len(json.dumps(item, separators=(",", ":")).encode()) + 1
        if group and (len(group) == most or group_bytes + item_bytes > most_bytes):
            yield group
            group, group_bytes = [], 0
        group.append(item)
        group_bytes += item_bytes
    if group:
        yield group
