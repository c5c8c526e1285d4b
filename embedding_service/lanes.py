"""Whose texts run next. Short requests and bulk wait in lanes of their own; no thread and no clock in here.

Within a lane it is first come, first served. A lane that has the model to itself uses all of it. While both have work
they take turns by tokens, short requests first (fair queueing, as in Shreedhar and Varghese, "Efficient fair queueing
using deficit round robin", 1995): a query waits for the rest of a running batch and not for the texts that came before
it, and bulk keeps at least half of the model, however many queries come.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from embedding_service.encoder.batches import plan_batches
from embedding_service.jobs import Job, LaneName, Text, count_tokens

SHORT_SHARE = 4
"""A request is short if all its texts together have a quarter of a batch's tokens at most."""

WINDOW_BATCHES = 4
"""How many batches a stream are planned ahead: the more, the better the lengths in a batch match, and the longer a text
of the same lane that arrives next waits."""

SLICE_SHARE = 2
"""Beside short requests, a batch of bulk has half of the tokens: what comes meanwhile waits half as long."""

SLICED_BATCHES = 32
"""How many batches of bulk without a short one between them it takes until they are whole again."""

LEAST_COST = 64
"""What a batch counts for at least, in tokens: the weights have to be read for a single short text too."""


@dataclass(eq=False)
class Batch:
    """Texts that run together."""

    lane: LaneName
    texts: list[Text]
    tokens: int
    """Without padding."""


@dataclass(eq=False)
class _Lane:
    waiting: deque[Text] = field(default_factory=deque)
    planned: deque[list[Text]] = field(default_factory=deque)
    tokens: int = 0

    def remove(self, job: Job) -> None:
        self.waiting = deque(text for text in self.waiting if text.job is not job)
        kept = ([text for text in batch if text.job is not job] for batch in self.planned)
        self.planned = deque(batch for batch in kept if batch)
        self.tokens = count_tokens(self.waiting) + sum(map(count_tokens, self.planned))


class Lanes:
    """The texts that wait. Not thread-safe."""

    def __init__(self, batch_tokens: int, streams: int) -> None:
        """`streams` is how many batches run at the same time."""
        self._batch_tokens = batch_tokens
        self._streams = streams
        self._lanes: dict[LaneName, _Lane] = {"short": _Lane(), "bulk": _Lane()}
        self._lead = 0
        """By how many tokens the short lane is ahead of bulk, since both have had work."""
        self._bulk_in_a_row = SLICED_BATCHES

    def __bool__(self) -> bool:
        return any(lane.tokens for lane in self._lanes.values())

    def tokens(self, lane: LaneName) -> int:
        """How many wait in this lane, without padding."""
        return self._lanes[lane].tokens

    def lane_of(self, tokens: int) -> LaneName:
        """Where a request with so many tokens waits."""
        return "short" if tokens * SHORT_SHARE <= self._batch_tokens else "bulk"

    def add(self, texts: Sequence[Text]) -> None:
        """Puts a request's texts at the end of its lane."""
        lane = self._lanes[texts[0].job.lane]
        lane.waiting.extend(texts)
        lane.tokens += count_tokens(texts)

    def remove(self, job: Job) -> int:
        """Takes out what still waits of a request. Returns how many tokens that was."""
        lane = self._lanes[job.lane]
        before = lane.tokens
        lane.remove(job)
        return before - lane.tokens

    def take(self) -> Batch:
        """Takes out the batch that is to run next. There must be one."""
        both = bool(self.tokens("short") and self.tokens("bulk"))
        if not both:
            # What a lane has while the other one wants nothing is no debt.
            self._lead = 0
        name: LaneName = "short" if self.tokens("short") and self._lead <= 0 else "bulk"
        lane = self._lanes[name]
        if not lane.planned:
            self._plan(lane)
        texts = lane.planned.popleft()
        if name == "short":
            self._bulk_in_a_row = 0
        elif self._bulk_in_a_row < SLICED_BATCHES:
            self._bulk_in_a_row += 1
            texts, rest = self._slice(texts)
            if rest:
                lane.planned.appendleft(rest)
        tokens = count_tokens(texts)
        lane.tokens -= tokens
        if both:
            cost = max(tokens, LEAST_COST)
            self._lead += cost if name == "short" else -cost
        return Batch(name, texts, tokens)

    def _plan(self, lane: _Lane) -> None:
        """Divides the texts that have waited longest into batches."""
        window: list[Text] = []
        room = WINDOW_BATCHES * self._streams * self._batch_tokens
        while lane.waiting and (not window or room >= len(lane.waiting[0].token_ids)):
            window.append(lane.waiting.popleft())
            room -= len(window[-1].token_ids)
        batches = plan_batches([len(text.token_ids) for text in window], self._batch_tokens, self._streams)
        lane.planned.extend([window[position] for position in batch] for batch in batches)

    def _slice(self, texts: list[Text]) -> tuple[list[Text], list[Text]]:
        """The first texts, as many as fill a slice (one at least), and the rest."""
        room = self._batch_tokens // SLICE_SHARE
        count = 1
        # All are padded to the first one's length: it is the longest.
        while count < len(texts) and (count + 1) * len(texts[0].token_ids) <= room:
            count += 1
        return texts[:count], texts[count:]
