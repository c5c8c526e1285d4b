"""A batch of the Distributed Map. What became of it is counted in an object of its own: a repeat counts once."""

import logging
from collections import Counter
from collections.abc import Sequence

from bloomweaver import keys
from bloomweaver.models.rebuild import BatchReport, ListedObject
from bloomweaver.ports import Objects
from bloomweaver.rebuilding.restorer import Restorer, problems

PROBLEMS_PER_BATCH = 20

logger = logging.getLogger(__name__)


def restore_batch(restorer: Restorer, reports: Objects, id_: str, objects: Sequence[ListedObject]) -> BatchReport:
    """Restore the batch, and write its report for the rebuild `id_`. Raises the stores' transient errors."""
    treated = restorer.restore(objects)
    report = BatchReport(
        fates=dict(Counter(one.fate for one in treated.values())), problems=problems(treated, PROBLEMS_PER_BATCH)
    )
    for key, one in treated.items():
        if one.reason:
            logger.warning("the backup '%s' was not restored: %s: %s", key, one.fate, one.reason)
    if objects:
        place = keys.rebuild_batch_key(id_, objects[0].key)
        reports.put(place, report.model_dump_json().encode())
    return report
