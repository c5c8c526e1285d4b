"""Counts times prices: what a document costs by part, what an idle month costs, and what changes would save.

Where a count is not exact it is taken as too high rather than too low: see the comments.
"""

import math
from dataclasses import dataclass

from benchmarks.cost.counts import Counts
from benchmarks.cost.lists import Lists
from benchmarks.cost.prices import Prices

MIB, GB = 2**20, 10**9
HOURS_OF_A_MONTH = 730
DAYS_OF_A_MONTH = HOURS_OF_A_MONTH / 24

QUEUES = 4
POLLERS_OF_A_QUEUE = 5
"""Lambda's long polls on a queue that is empty, of 20 s each."""
POLL_SECONDS = 20
SWEEPS_OF_A_DAY = 24 * 12
SWEEP_GB_SECONDS = 0.25
"""A second of 256 MB; a sweep that finds nothing takes less."""
SWEEP_QUERIES = 11
"""That of answers whose run was lost with them."""
SWEEP_LISTS_READS, SWEEP_LISTS_WRITES = 15, 1
"""Whether the lists missed anything: ten records of each status, and up to when they are right."""
LISTING_GB_SECONDS = 0.1 * 256 / 1024
"""Of an invocation of the function that follows the records: half a dozen requests, taken as a tenth of a second."""
WRITES_OF_AN_INDEX = 2
"""Each write of a record changes the key of the index by status: its entry is taken out and put in."""
RUN_CHANGES = 2
"""Status changes of a run: that it began, and that it ended."""
RUN_INDEXES = 5
RUN_CHANGED_KEYS = 2
"""Of the indexes, those that have the status in their key: an entry is taken out and put in."""
RUN_CHANGE_GB_SECONDS = 0.025
"""A tenth of a second of 256 MB."""
AUDIT_INDEXES = 3
TRANSACTION = 2
"""Times what a write of an item costs that is part of a transaction; its entries in indexes cost what they do."""
LOOKS_OF_A_DAY = 24 * 4
"""For runs that ended unheard of."""
SECRETS = 2
ALARM_METRICS = 42
"""In `stacks/observability.yaml`, without those on a fleet. An alarm on an expression costs as much as one on each of
its metrics."""
FLEET_ALARM_METRICS = 14
FLEET_ENDPOINTS = 3
"""In `stacks/embedding-fleet.yaml`, with `FleetReach` endpoints: two for the image, one for the log."""
SHELL_ENDPOINTS = 2
ZONES = 2
FLEET_DISK_GB = 10
STARTING_MINUTES = 3
"""Of an instance, from its launch until it embeds: an estimate, see docs/fleet.md."""
IDLE_MINUTES = 15
"""`FleetIdleMinutes`."""
ENDING_MINUTES = 3
"""From the decision until it is gone, the alarm's delay included."""
MILLION = 1_000_000
CHUNKS_OF_A_READ_UNIT = 10
"""By id; in a list a page of `IDS_OF_A_PAGE` is one."""
IDS_OF_A_PAGE = 100
KEYS_OF_A_PAGE = 1000
SHARE = 7
"""`ReconcileShare`: of so many documents one is looked up in a daily comparison."""
WEEKS_OF_A_MONTH = DAYS_OF_A_MONTH / 7
PINGS_OF_AN_HOUR = 60
PING_GB_SECONDS = 0.25 * 0.1
"""A tenth of a second of 256 MB: what seven lists have, and an answer that is posted."""
PING_READ_UNITS = 1 + 7 * 0.5
"""The connection, and each list by status, where nothing has changed."""
PING_WRITE_UNITS = 1
"""How far the connection has been told."""
NOTES_BESIDE_BATCHES = 3
TICKET_WRITE_UNITS = 3
"""To keep it, to take it, and to renew the connection."""
TOLD_GB_SECONDS = 0.25 * 0.05
"""Of a batch of changes with nobody watching: one small read."""
TOLD_TO_ONE_GB_SECONDS = 0.25 * 0.05
"""What a watcher adds to that: a record that is read, and a frame that is posted."""
FIGURE_METRICS = 20
"""That functions send for figures of now, and nothing else looks at: of requests three for each group of routes."""
FIGURE_QUERIES = 67
"""That a summary is made of, with a fleet. CloudWatch charges up to five statistics of a metric as one, which is not
counted on."""
SUMMARIES_OF_AN_HOUR = 60
"""Where one function process answers: it makes one a minute."""
LOOKS_OF_AN_HOUR = 240
"""Of `bloomweaver top`: four a minute, most of which are answered from memory."""
SUMMARY_GB_SECONDS = 0.25 * 0.3
EXPRESS_MEMORY_GB = 64 / 1024
STATES_AROUND_A_CHILD = 2
"""Of the Standard workflow that starts an Express one: the task, and its end."""


@dataclass(frozen=True)
class Line:
    """A part of a bill: how many units, and what they cost together."""

    part: str
    units: float
    unit: str
    dollars: float


@dataclass(frozen=True)
class Change:
    """A change of the design, what it saves of a document of each size in dollars, and what is lost by it."""

    what: str
    saves: dict[str, float]
    loses: str


def of_document(counts: Counts, lists: Lists, prices: Prices, chunks_per_second: float) -> list[Line]:
    """What a document of this size costs, from the webhook to its publication, its lists last."""
    return [*without_lists(counts, prices, chunks_per_second), *of_lists(lists, prices)]


def of_lists(lists: Lists, prices: Prices) -> list[Line]:
    """What it costs to list a document. Lambda reads a table's stream for nothing."""
    gb_seconds = lists.invocations * LISTING_GB_SECONDS
    return [
        Line("lists, writes", lists.writes, "write units", lists.writes * prices.dynamodb_write_unit.price),
        Line("lists, reads", lists.reads, "read units", lists.reads * prices.dynamodb_read_unit.price),
        Line("lists, invocations", lists.invocations, "invocations", lists.invocations * prices.lambda_request.price),
        Line("lists, time", gb_seconds, "GB-seconds", gb_seconds * prices.lambda_gb_second.price),
    ]


def without_lists(counts: Counts, prices: Prices, chunks_per_second: float) -> list[Line]:
    """What the pipeline costs."""
    transitions = sum(counts.states.values())
    gb_seconds = sum(part.gb_seconds for part in counts.functions.values())
    invocations = sum(part.invocations for part in counts.functions.values())
    writes = _record_writes(counts) * _units(counts.record_bytes, 1024) * (1 + WRITES_OF_AN_INDEX)
    # Of the epoch and of progress, small items without an index. An older count has none of them.
    writes += max(_requests(counts, "dynamodb UpdateItem"), _notes(counts))
    reads = _requests(counts, "dynamodb GetItem", "dynamodb BatchGetItem") * _units(counts.record_bytes, 4096)
    puts = _requests(counts, "s3 PUT object", "s3 GET bucket")
    gets = _requests(counts, "s3 GET object", "s3 HEAD object")
    # Sent by the webhook; received and deleted by Lambda, at worst one by one.
    messages = _requests(counts, "sqs SendMessage") + 2
    vectors = counts.chunks * _units(counts.vector_bytes, 1024)
    seconds = counts.chunks / chunks_per_second
    return [
        Line("API Gateway", 1, "requests", prices.api_request.price),
        Line("Step Functions", transitions, "transitions", transitions * prices.step_functions_transition.price),
        Line("Lambda, invocations", invocations, "invocations", invocations * prices.lambda_request.price),
        Line("Lambda, time", gb_seconds, "GB-seconds", gb_seconds * prices.lambda_gb_second.price),
        Line("DynamoDB, writes", writes, "write units", writes * prices.dynamodb_write_unit.price),
        Line("DynamoDB, reads", reads, "read units", reads * prices.dynamodb_read_unit.price),
        Line("S3, writes", puts, "PUT, LIST", puts * prices.s3_write_request.price),
        Line("S3, reads", gets, "GET, HEAD", gets * prices.s3_read_request.price),
        Line("SQS", messages, "requests", messages * prices.sqs_request.price),
        Line("its run in the lists of runs", RUN_CHANGES, "changes", _run_changes(prices)),
        _audit(counts, prices),
        Line("CloudWatch Logs", counts.log_bytes / 1000, "kB", counts.log_bytes / GB * prices.logs_gb.price),
        Line("X-Ray", 1, "traces", prices.trace.price),
        Line("embedding instance", seconds, "seconds", seconds / 3600 * prices.instance_hour.price),
        Line("Pinecone, writes", vectors, "write units", vectors * prices.pinecone_write_unit.price),
    ]


def _run_changes(prices: Prices) -> float:
    """What keeping a run's changes costs, where each comes by itself: sent, received, deleted, and written."""
    began = 1 + RUN_INDEXES
    ended = 1 + RUN_INDEXES + RUN_CHANGED_KEYS
    each = (
        3 * prices.sqs_request.price
        + prices.lambda_request.price
        + RUN_CHANGE_GB_SECONDS * prices.lambda_gb_second.price
    )
    return RUN_CHANGES * each + (began + ended) * prices.dynamodb_write_unit.price


def _record_writes(counts: Counts) -> float:
    """How often the document's record was written. What is written with an entry of the audit log is a transaction."""
    return _requests(counts, "dynamodb PutItem", "dynamodb TransactWriteItems")


def _audit(counts: Counts, prices: Prices) -> Line:
    """What the entry of a document's acceptance costs: itself, and what the record costs more with it."""
    units = TRANSACTION + AUDIT_INDEXES + (TRANSACTION - 1) * _units(counts.record_bytes, 1024)
    return Line("its entry in the audit log", units, "write units", units * prices.dynamodb_write_unit.price)


def of_idle_month(prices: Prices) -> list[Line]:
    """What a month costs in which nobody sends or asks anything."""
    polls = QUEUES * POLLERS_OF_A_QUEUE * HOURS_OF_A_MONTH * 3600 / POLL_SECONDS
    sweeps = SWEEPS_OF_A_DAY * DAYS_OF_A_MONTH
    sweep = (
        prices.lambda_request.price
        + SWEEP_GB_SECONDS * prices.lambda_gb_second.price
        + (SWEEP_QUERIES + SWEEP_LISTS_READS) * prices.dynamodb_read_unit.price
        + SWEEP_LISTS_WRITES * prices.dynamodb_write_unit.price
    )
    looks = LOOKS_OF_A_DAY * DAYS_OF_A_MONTH
    look = (
        prices.lambda_request.price + SWEEP_GB_SECONDS * prices.lambda_gb_second.price + prices.dynamodb_read_unit.price
    )
    return [
        Line("Lambda's polls of the four queues", polls, "SQS requests", polls * prices.sqs_request.price),
        Line("the sweep, every 5 minutes", sweeps, "sweeps", sweeps * sweep),
        Line("the look for runs that ended, every 15 minutes", looks, "looks", looks * look),
        Line("secrets", SECRETS, "secrets", SECRETS * prices.secret_month.price),
        Line("alarms", ALARM_METRICS, "metrics", ALARM_METRICS * prices.alarm_month.price),
        Line(
            "the fleet's load balancer", HOURS_OF_A_MONTH, "hours", HOURS_OF_A_MONTH * prices.load_balancer_hour.price
        ),
        Line("the fleet's alarms", FLEET_ALARM_METRICS, "metrics", FLEET_ALARM_METRICS * prices.alarm_month.price),
        Line("instances, and their public addresses", 0, "hours", 0.0),
    ]


def of_choices(prices: Prices) -> list[Line]:
    """What a month asleep costs more, or less, with other choices."""
    balancer = HOURS_OF_A_MONTH * prices.load_balancer_hour.price
    nat = HOURS_OF_A_MONTH * prices.nat_gateway_hour.price
    alarms = FLEET_ALARM_METRICS * prices.alarm_month.price
    return [
        Line("Pinecone, plan Standard, the least bill", 1, "month", prices.pinecone_minimum_month.price),
        Line("a dashboard (`Dashboard`)", 1, "dashboard", prices.dashboard_month.price),
        Line("endpoints in the place of public addresses (`FleetReach`)", *_endpoints(FLEET_ENDPOINTS, prices)),
        Line("those in both zones", *_endpoints(FLEET_ENDPOINTS * (ZONES - 1), prices)),
        Line("Session Manager beside endpoints (`FleetShell`)", *_endpoints(SHELL_ENDPOINTS, prices)),
        Line("a NAT gateway in the place of public addresses", HOURS_OF_A_MONTH, "hours", nat),
        Line("no fleet (`EmbeddingUrl`)", 0, "hours", -balancer - alarms),
        Line("no alarms (`Observability`)", 0, "metrics", -ALARM_METRICS * prices.alarm_month.price),
    ]


def of_comparisons(counts: Counts, lists: Lists, prices: Prices) -> list[Line]:
    """What a month of comparisons of a million chunks of such documents costs, in read units of Pinecone's and
    dollars; of their lists apart, in DynamoDB's."""
    documents = MILLION / counts.chunks

    def comparison(name: str, times: float, share: int) -> Line:
        looked_up = MILLION / share
        units = MILLION / IDS_OF_A_PAGE + looked_up / CHUNKS_OF_A_READ_UNIT
        lists = MILLION / KEYS_OF_A_PAGE * prices.s3_write_request.price
        dollars = units * prices.pinecone_read_unit.price + lists + looked_up * prices.s3_read_request.price
        return Line(name, times * units, "read units", times * dollars)

    def of_lists(name: str, *rates: tuple[float, int]) -> Line:
        units = sum(times * documents * (lists.scan_reads + lists.look_up_reads / share) for times, share in rates)
        return Line(name, units, "read units of DynamoDB", units * prices.dynamodb_read_unit.price)

    daily = comparison(f"each day, one document in {SHARE} looked up", DAYS_OF_A_MONTH, SHARE)
    weekly = comparison("each week, every chunk looked for and every backup read", WEEKS_OF_A_MONTH, 1)
    listed = of_lists("their lists, each day and each week", (DAYS_OF_A_MONTH, SHARE), (WEEKS_OF_A_MONTH, 1))
    units, dollars = daily.units + weekly.units, daily.dollars + weekly.dollars + listed.dollars
    together = Line("**together**", units, "read units", dollars)
    return [daily, weekly, listed, together, comparison("instead of both: each day, everything", DAYS_OF_A_MONTH, 1)]


def of_watcher(prices: Prices) -> list[Line]:
    """What a month costs of somebody who watches without a break, with a token of an hour, while nothing changes."""
    minutes = HOURS_OF_A_MONTH * 60
    pings, renewals = HOURS_OF_A_MONTH * PINGS_OF_AN_HOUR, HOURS_OF_A_MONTH
    messages = 2 * (pings + renewals)
    call = prices.lambda_request.price + PING_GB_SECONDS * prices.lambda_gb_second.price
    reads, writes = pings * PING_READ_UNITS, pings * PING_WRITE_UNITS + renewals * TICKET_WRITE_UNITS
    return [
        Line("the connection", minutes, "minutes", minutes * prices.websocket_minute.price),
        Line("pings, renewals, and their answers", messages, "messages", messages * prices.websocket_message.price),
        Line("tickets", renewals, "requests", renewals * prices.api_request.price),
        Line("Lambda", pings + 2 * renewals, "invocations", (pings + 2 * renewals) * call),
        Line("DynamoDB, reads", reads, "read units", reads * prices.dynamodb_read_unit.price),
        Line("DynamoDB, writes", writes, "write units", writes * prices.dynamodb_write_unit.price),
    ]


def of_telling(counts: Counts, prices: Prices) -> list[Line]:
    """What it costs to tell of 1,000 documents of this size, if each change comes by itself and none with others."""
    changed = 1000 * (_record_writes(counts) + _notes(counts))
    batch = (
        prices.lambda_request.price + TOLD_GB_SECONDS * prices.lambda_gb_second.price + prices.dynamodb_read_unit.price
    )
    told = (
        prices.websocket_message.price
        + TOLD_TO_ONE_GB_SECONDS * prices.lambda_gb_second.price
        + prices.dynamodb_read_unit.price
    )
    return [
        Line("with nobody watching", changed, "batches", changed * batch),
        Line("more for each watcher", changed, "messages", changed * told),
    ]


def of_figures(prices: Prices) -> list[Line]:
    """What figures of now cost: the metrics that they need for a month, and an hour in which somebody looks at them."""
    reads = SUMMARIES_OF_AN_HOUR * FIGURE_QUERIES
    calls = prices.lambda_request.price + prices.api_request.price + SUMMARY_GB_SECONDS * prices.lambda_gb_second.price
    return [
        Line(
            "a month in which each is sent in every hour",
            FIGURE_METRICS,
            "metrics",
            FIGURE_METRICS * prices.metric_month.price,
        ),
        Line(
            "an hour of `bloomweaver top`",
            reads,
            "metrics read",
            reads * prices.metric_read.price + LOOKS_OF_AN_HOUR * calls,
        ),
    ]


def of_wake(prices: Prices) -> list[Line]:
    """What one waking of the fleet costs besides the embedding, with one On-Demand instance."""
    minutes = STARTING_MINUTES + IDLE_MINUTES + ENDING_MINUTES
    disk = FLEET_DISK_GB * prices.disk_gb_month.price / HOURS_OF_A_MONTH
    hour = prices.instance_hour.price + disk + prices.public_address_hour.price
    return [
        Line("starting", STARTING_MINUTES, "minutes", STARTING_MINUTES / 60 * hour),
        Line("without a request, until it goes to sleep", IDLE_MINUTES, "minutes", IDLE_MINUTES / 60 * hour),
        Line("ending", ENDING_MINUTES, "minutes", ENDING_MINUTES / 60 * hour),
        Line("together", minutes, "minutes", minutes / 60 * hour),
    ]


def _endpoints(number: int, prices: Prices) -> tuple[float, str, float]:
    hours = number * HOURS_OF_A_MONTH
    return hours, "hours", hours * prices.interface_endpoint_hour.price


def of_stored_million(counts: Counts, lists: Lists, prices: Prices) -> list[Line]:
    """What a million chunks of documents of this size cost a month to keep."""
    share = 1_000_000 / counts.chunks
    vectors = 1_000_000 * counts.vector_bytes / GB
    backups = share * counts.backup_bytes / GB
    records = share * counts.record_bytes / GB
    listed = share * lists.stored_bytes / GB
    table = prices.dynamodb_gb_month.price * 2 + prices.dynamodb_pitr_gb_month.price  # the table and its index
    return [
        Line("vectors in Pinecone", vectors, "GB", vectors * prices.pinecone_gb_month.price),
        Line("backups in S3", backups, "GB", backups * prices.s3_gb_month.price),
        Line("records in DynamoDB, with recovery", records, "GB", records * table),
        Line("lists in DynamoDB", listed, "GB", listed * prices.dynamodb_gb_month.price),
    ]


def changes(sizes: dict[str, Counts], prices: Prices, kinds: dict[str, str]) -> list[Change]:
    """What could be cheaper, with what it saves. `kinds` are the types of the states by name."""
    transition = prices.step_functions_transition.price

    def express(counts: Counts) -> float:
        seconds = math.ceil(counts.run_seconds * 10) / 10
        child = (
            prices.step_functions_express_request.price
            + seconds * EXPRESS_MEMORY_GB * prices.step_functions_express_gb_second.price
        )
        return (sum(counts.states.values()) - STATES_AROUND_A_CHILD) * transition - child

    def without(*types: str) -> dict[str, float]:
        return {
            size: transition * sum(number for name, number in counts.states.items() if kinds.get(name) in types)
            for size, counts in sizes.items()
        }

    return [
        Change(
            "all states in an Express workflow, which one state of a Standard one starts",
            {size: express(counts) for size, counts in sizes.items()},
            "an Express run ends after 5 minutes: waiting for the first instance, and a large document, take longer. "
            "Its history is in the log alone, and a run that is cut off begins anew",
        ),
        Change(
            "no Choice, Pass and Succeed states: functions return where to go next",
            without("Choice", "Pass", "Succeed"),
            "the console shows less of what was decided; the outcome of a branch would be a function's business",
        ),
        Change(
            "one backup object a version in the place of one a chunk",
            {size: (counts.chunks - 1) * prices.s3_write_request.price for size, counts in sizes.items()},
            "a chunk's backup has no key of its own; taking over unchanged vectors reads the whole version",
        ),
        Change(
            "the execution log without the states' data",
            {size: counts.log_bytes / GB * prices.logs_gb.price for size, counts in sizes.items()},
            "a failed run has to be looked up in the console, while it is there (90 days); at most this much",
        ),
    ]


def total(lines: list[Line]) -> float:
    """The sum of a bill."""
    return sum(line.dollars for line in lines)


def _requests(counts: Counts, *names: str) -> float:
    return sum(counts.requests.get(name, 0.0) for name in names)


def _notes(counts: Counts) -> float:
    """How often it is noted how far a document is: when it is cut, once a batch and once a branch, if it has several
    batches."""
    batches = counts.states.get("EmbedBatch", 0.0)
    return batches + NOTES_BESIDE_BATCHES if batches > 1 else 0.0


def _units(size: float, of: int) -> int:
    return math.ceil(size / of)
