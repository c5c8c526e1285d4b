"""Whether the audit log has every change that was accepted, each once, and none that was not."""

from collections import Counter, defaultdict

from bloomweaver.audit.entries import Outcome
from faults.findings import Findings
from faults.model import Model
from faults.stand import Stand
from faults.tables import items

PROMISE = "a change and its entry are written together"


def check_audit(stand: Stand, model: Model, findings: Findings) -> int:
    """Report what the log lacks or has too much. Returns how many changes it has."""
    newest = {item["doc_hash"]["S"]: int(item["version"]["N"]) for item in items(stand, "DocumentsTable")}
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for item in items(stand, "AuditTable"):
        # A number of the sender's that is noted is no version.
        if item.get("outcome", {}).get("S") == Outcome.ACCEPTED and "version" in item:
            found[item["doc_hash"]["S"]][int(item["version"]["N"])] += 1
    for doc_hash, accepted in model.accepted_versions().items():
        for version in sorted(accepted - found[doc_hash].keys()):
            findings.report(PROMISE, doc_hash, f"version {version} was accepted, and has no entry")
    for doc_hash, versions in found.items():
        for version, number in sorted(versions.items()):
            if number > 1:
                findings.report(PROMISE, doc_hash, f"version {version} has {number} entries")
            if version > newest.get(doc_hash, 0):
                findings.report(PROMISE, doc_hash, f"version {version} has an entry, and was never given")
    return sum(versions.total() for versions in found.values())
