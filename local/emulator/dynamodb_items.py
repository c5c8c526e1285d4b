"""DynamoDB's items: on disk before a write is answered, and found without looking at all of them.

What MiniStack evaluates, sorts and cuts into pages stays its own code; it is only handed the candidates of the page
that is asked for. It relies on functions of exactly the version in the requirements.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

from local.emulator.dynamodb_order import TOP, Entry, Place, TableOrder
from local.emulator.packed_items import PackedItems, text_of
from local.emulator.state_file import StateFile

Json = dict[str, Any]
PAGE_BYTES_MAX = 1024 * 1024
"""DynamoDB: the items that one Query or Scan evaluates."""
_COMPARISONS = ("<", "<=", ">", ">=", "=")

_query: ContextVar[Json | None] = ContextVar("_query", default=None)
"""The request of the Query that is being answered."""
_scan: ContextVar[Json | None] = ContextVar("_scan", default=None)


def install(file: StateFile) -> None:
    """Have MiniStack keep items in the file, and answer Query and Scan from sorted keys."""
    from ministack.services import dynamodb

    set_item: Callable[..., Any] = dynamodb._set_item
    remove_item: Callable[..., Any] = dynamodb._remove_item
    items_replaced: Callable[..., None] = dynamodb._items_replaced
    restore: Callable[[Json], None] = dynamodb.load_persisted_state

    def set_stored_item(table: Json, partition: Any, sort: Any, item: Json) -> Any:
        # Requests, state machines and the end of items by their age are threads of their own.
        with file.lock:
            file.execute(
                "INSERT OR REPLACE INTO items VALUES (?, ?, ?)",
                (table["TableArn"], _key(partition, sort), text_of(item)),
            )
            if partition not in table["items"]:
                table["items"][partition] = PackedItems()
            return set_item(table, partition, sort, item)

    def remove_stored_item(table: Json, partition: Any, sort: Any) -> Any:
        with file.lock:
            file.execute(
                "DELETE FROM items WHERE table_arn = ? AND key = ?", (table["TableArn"], _key(partition, sort))
            )
            return remove_item(table, partition, sort)

    def whole(transact: Callable[[Json], Any]) -> Callable[[Json], Any]:
        def transact_or_nothing(data: Json) -> Any:
            with file.transaction():
                return transact(data)

        return transact_or_nothing

    def store_replaced_items(table: Json) -> None:
        with file.transaction():
            file.execute("DELETE FROM items WHERE table_arn = ?", (table["TableArn"],))
            _store(file, table)
        _pack(table)
        items_replaced(table)

    def restore_with_items(data: Json) -> None:
        imported = [table for table in data.get("tables", {})._data.values() if table.get("items")]
        restore(data)
        for table in imported:  # a stack from before the file has its items in MiniStack's own state
            _store(file, table)
        for table in dynamodb._tables.all_values():
            _load(file, table)
            dynamodb._update_counts(table)

    dynamodb._set_item = set_stored_item
    dynamodb._remove_item = remove_stored_item
    dynamodb._items_replaced = store_replaced_items
    dynamodb._transact_write_items = whole(dynamodb._transact_write_items)
    dynamodb._execute_transaction = whole(dynamodb._execute_transaction)
    dynamodb.load_persisted_state = restore_with_items
    _install_order(dynamodb, file)


def _install_order(dynamodb: Any, file: StateFile) -> None:
    answer_query: Callable[[Json], Any] = dynamodb._query
    answer_scan: Callable[[Json], Any] = dynamodb._scan

    def query(data: Json) -> Any:
        token = _query.set(data)
        try:
            return _count(data, answer_query) if _is_plain_count(data) else answer_query(data)
        finally:
            _query.reset(token)

    def scan(data: Json) -> Any:
        token = _scan.set(data)
        try:
            return answer_scan(data)
        finally:
            _scan.reset(token)

    def index_item(table: Json, partition: Any, sort: Any, item: Json, add: bool) -> None:
        order = table.get(dynamodb._INDEX_MEMBERS)
        if order is None:
            return
        if not order.is_of(table):
            del table[dynamodb._INDEX_MEMBERS]
        elif add:
            order.add((partition, sort), item)
        else:
            order.remove((partition, sort), item)

    class Tables(type(dynamodb._tables)):  # type: ignore[misc]
        """MiniStack's tables; a Scan, or a Query of the table itself, is given one with the items of its page alone."""

        __slots__ = ()

        def __setitem__(self, key: str, table: Json) -> None:
            super().__setitem__(key, table)
            # Items may be left in the file of a table of this name that was deleted.
            dynamodb._items_replaced(table)

        def get(self, key: str, default: Any = None) -> Any:
            table = super().get(key, default)
            scanned, queried = _scan.get(), _query.get()
            if not table or (scanned is None and queried is None):
                return table
            with file.lock:
                return _page_of_table(table, scanned) if scanned is not None else _page_of_partition(table, queried)

    tables = Tables()
    tables._data = dynamodb._tables._data
    dynamodb._tables = tables
    dynamodb._query = query
    dynamodb._scan = scan
    dynamodb._index_item = index_item
    dynamodb._index_members = lambda table: _Members(file, table)


def _is_plain_count(data: Json) -> bool:
    evaluated = ("FilterExpression", "QueryFilter", "KeyConditions", "Limit", "ExclusiveStartKey")
    return data.get("Select") == "COUNT" and "IndexName" in data and not any(data.get(name) for name in evaluated)


def _count(data: Json, answer_query: Callable[[Json], Any]) -> Any:
    """Count what lies between the bounds in one page, which is more than AWS counts in one."""
    status, headers, body = answer_query({**data, "Limit": 1})  # it judges the request
    answer = json.loads(body)
    if status != HTTPStatus.OK or "LastEvaluatedKey" not in answer:
        return status, headers, body
    from ministack.services import dynamodb

    table = dynamodb._tables.get(dynamodb._normalize_table_name(data["TableName"]))
    names, values = data.get("ExpressionAttributeNames") or {}, data.get("ExpressionAttributeValues") or {}
    [partition_key], _ = dynamodb._index_key_lists(dynamodb._index_def(table, data["IndexName"]))
    partition = dynamodb._extract_pk_from_condition(data["KeyConditionExpression"], values, names, partition_key)
    bounds = _bounds_of_index(table, data["IndexName"], data)
    if bounds is None:
        return answer_query(data)
    low, high = bounds
    places = _order_of(table).query(data["IndexName"], partition, low, high, forward=True)
    number = sum(1 for _ in places)
    del answer["LastEvaluatedKey"]
    return dynamodb.json_response({**answer, "Count": number, "ScannedCount": number})


def _order_of(table: Json) -> TableOrder:
    from ministack.services import dynamodb

    order: TableOrder | None = table.get(dynamodb._INDEX_MEMBERS)
    if order is None or not order.is_of(table):
        order = table[dynamodb._INDEX_MEMBERS] = TableOrder(table)
    return order


class _Members:
    """What MiniStack asks for the places of an index's partition: those that the Query under way may evaluate."""

    def __init__(self, file: StateFile, table: Json) -> None:
        self._lock = file.lock
        self._table = table
        with self._lock:
            self._order = _order_of(table)
        self._index = ""

    def get(self, name: Any, default: Any = None) -> Any:
        """First the index by its name, then the partition by its key."""
        if not self._index:
            self._index = name
            return self if self._order.has_index(name) else None
        data = _query.get() or {}
        with self._lock:
            return list(_page_of_index(self._table, self._order, self._index, name, data))


def _page_of_index(table: Json, order: TableOrder, index: str, partition: Any, data: Json) -> Iterator[Place]:
    forward = data.get("ScanIndexForward", True)
    bounds = _bounds_of_index(table, index, data)
    if bounds is None:
        return order.query(index, partition, None, None, forward=forward)
    low, high = bounds
    if start := data.get("ExclusiveStartKey"):
        entry = order.sorted_by(index, start)
        if forward:
            low = max((*entry, TOP), low) if low else (*entry, TOP)
        else:
            high = min(entry, high) if high else entry
    return _a_page(table, order.query(index, partition, low, high, forward=forward), data, index)


def _page_of_table(table: Json, data: Json) -> Json:
    from ministack.services import dynamodb

    if data.get("IndexName") or data.get("Segment") is not None:
        return table
    after: Place | None = None
    if start := data.get("ExclusiveStartKey"):
        if table["pk_name"] not in start:
            return table
        extract = dynamodb._extract_key_val
        sort = extract(start.get(table["sk_name"], {})) if table["sk_name"] else "__no_sort__"
        after = (extract(start[table["pk_name"]]), sort)
    items: defaultdict[Any, Json] = defaultdict(dict)
    for partition, sort in _a_page(table, _order_of(table).scan(after), data):
        items[partition][sort] = table["items"][partition][sort]
    return {**table, "items": items}


def _page_of_partition(table: Json, data: Json | None) -> Json:
    """The table with those items of one partition that a Query of its own keys may evaluate."""
    from ministack.services import dynamodb

    key, sort_key, condition = table["pk_name"], table["sk_name"], (data or {}).get("KeyConditionExpression")
    if not data or data.get("IndexName") or not sort_key or not condition:
        return table
    names, values = data.get("ExpressionAttributeNames") or {}, data.get("ExpressionAttributeValues") or {}
    partition = dynamodb._extract_pk_from_condition(condition, values, names, key)
    # Numbers are not kept in their order by the places of a table, which are text.
    bounds = _bounds(table, [sort_key], data) if dynamodb._get_attr_type(table, sort_key) == "S" else None
    if partition is None or bounds is None:
        return table
    low, high = bounds
    forward = data.get("ScanIndexForward", True)
    if start := data.get("ExclusiveStartKey"):
        if not {key, sort_key} <= start.keys():
            return table
        entry = (dynamodb._extract_key_val(start[sort_key]),)
        if forward:
            low = max((*entry, TOP), low) if low else (*entry, TOP)
        else:
            high = min(entry, high) if high else entry
    places = _order_of(table).of_partition(partition, low, high, forward=forward)
    found = {sort: table["items"][of][sort] for of, sort in _a_page(table, places, data)}
    return {**table, "items": {partition: found}}


def _a_page(table: Json, places: Iterable[Place], data: Json, index: str = "") -> Iterator[Place]:
    """Enough of the places for one page, and one more, by which it is seen that there is another page."""
    from ministack.services import dynamodb

    limit = data.get("Limit")
    size = 0
    for number, (partition, sort) in enumerate(places, 1):
        yield partition, sort
        if limit is not None:
            if number > int(limit):
                return
            continue
        item = table["items"][partition][sort]
        size += dynamodb._item_size_bytes(dynamodb._apply_index_projection(item, table, index) if index else item)
        if size > 2 * PAGE_BYTES_MAX:
            return


def _bounds_of_index(table: Json, index: str, data: Json) -> tuple[Entry | None, Entry | None] | None:
    from ministack.services import dynamodb

    _, ranges = dynamodb._index_key_lists(dynamodb._index_def(table, index))
    return _bounds(table, ranges, data)


def _bounds(table: Json, ranges: list[str], data: Json) -> tuple[Entry | None, Entry | None] | None:
    """Between which entries lies exactly what the key condition takes; none where that cannot be said."""
    from ministack.services import dynamodb

    condition = data.get("KeyConditionExpression")
    if not condition or len(ranges) > 1:
        return None
    if not ranges:
        return None, None
    names, values = data.get("ExpressionAttributeNames") or {}, data.get("ExpressionAttributeValues") or {}
    kind = dynamodb._get_attr_type(table, ranges[0])
    for clause in dynamodb._key_condition_clauses(dynamodb._tokenize(condition)):
        parts = [text for token, text in clause if token not in ("LPAREN", "RPAREN", "COMMA")]
        if ranges[0] not in [names.get(part, part) for part in parts]:
            continue
        operands = [dynamodb._sort_key_value(values[part], kind) for part in parts if part in values]
        if ("EQ", "=") in clause and len(operands) > 1:
            return None  # MiniStack does not split behind a BETWEEN in parentheses
        word = next((part.upper() for part in parts if part.upper() in ("BETWEEN", "BEGINS_WITH")), None)
        sign = next((part for part in parts if part in _COMPARISONS), "")
        if names.get(parts[0], parts[0]) != ranges[0] and word is None:
            return None  # the operand stands first
        return _between(word or sign, operands)
    return None, None


def _between(sign: str, operands: list[Any]) -> tuple[Entry | None, Entry | None] | None:
    first, last = operands[0], operands[-1]
    match sign:
        case "<":
            return None, (first,)
        case "<=":
            return None, (first, TOP)
        case ">":
            return (first, TOP), None
        case ">=":
            return (first,), None
        case "=" | "BETWEEN":
            return (first,), (last, TOP)
        case "BEGINS_WITH" if isinstance(first, str):
            return (first,), (first + chr(0x10FFFF), TOP)
        case _:
            return None


def _key(partition: Any, sort: Any) -> str:
    return text_of([partition, sort])


def _store(file: StateFile, table: Json) -> None:
    file.execute_each(
        "INSERT OR REPLACE INTO items VALUES (?, ?, ?)",
        [
            (table["TableArn"], _key(partition, sort), text_of(item))
            for partition, items in table["items"].items()
            for sort, item in items.items()
        ],
    )


def _load(file: StateFile, table: Json) -> None:
    items: defaultdict[Any, PackedItems] = defaultdict(PackedItems)
    for key, item in file.rows("SELECT key, item FROM items WHERE table_arn = ?", (table["TableArn"],)):
        partition, sort = json.loads(key)
        json.loads(item)  # what cannot be read is told at the start, and not when somebody looks at it
        items[partition].put_text(sort, item)
    table["items"] = items


def _pack(table: Json) -> None:
    items: defaultdict[Any, PackedItems] = defaultdict(PackedItems)
    for partition, of_partition in table["items"].items():
        for sort, item in of_partition.items():
            items[partition][sort] = item
    table["items"] = items
