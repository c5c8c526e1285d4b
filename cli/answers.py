"""What the API answers: its own models, under the names that commands have for them.

Fields that a newer API adds are left out.
"""

from bloomweaver.audit.answers import AuditPage
from bloomweaver.chats.answers import ChatStarted, MessageAccepted
from bloomweaver.chats.answers import ShownMessage as ChatMessage
from bloomweaver.documents.answers import Accepted, ContentAddress, Document, DocumentPage, Upload
from bloomweaver.documents.answers import DocumentCounts as Counts
from bloomweaver.documents.comparison import Compared, Comparison
from bloomweaver.documents.removal import Place as RemovalPlace
from bloomweaver.documents.removal import Removal
from bloomweaver.folder_changes.answers import FollowedFolderChange as FolderChange
from bloomweaver.health import Health
from bloomweaver.library.answers import FolderList
from bloomweaver.live.answers import ChangeList, LiveTicket
from bloomweaver.metrics.answers import FigureSeries, MetricsSummary
from bloomweaver.models.rebuild import Problem as RebuildProblem
from bloomweaver.models.reconciliation import Finding
from bloomweaver.passages.served import PassagePage
from bloomweaver.rebuilding.answers import Rebuild
from bloomweaver.rebuilding.answers import ShownReport as RebuildReport
from bloomweaver.reconciliation.answers import Reconciliation
from bloomweaver.reconciliation.answers import ShownReport as ReconciliationReport
from bloomweaver.recovery.answers import DeadLetters, FollowedRun, RunStarted, SweepCounts
from bloomweaver.recovery.answers import FollowedRedrive as RedriveRun
from bloomweaver.recovery.dead_letters import Entry as DeadLetterEntry
from bloomweaver.recovery.redrive import Redriven
from bloomweaver.reindexing.answers import DeletedIndex, IndexEntry, Indexes, Reindex
from bloomweaver.runs.answers import RunDetail, RunGraph, RunPage, RunSummary

__all__ = [
    "Accepted",
    "AuditPage",
    "ChangeList",
    "ChatMessage",
    "ChatStarted",
    "Compared",
    "Comparison",
    "ContentAddress",
    "Counts",
    "DeadLetterEntry",
    "DeadLetters",
    "DeletedIndex",
    "Document",
    "DocumentPage",
    "FigureSeries",
    "Finding",
    "FolderChange",
    "FolderList",
    "FollowedRun",
    "Health",
    "IndexEntry",
    "Indexes",
    "LiveTicket",
    "MessageAccepted",
    "MetricsSummary",
    "PassagePage",
    "Rebuild",
    "RebuildProblem",
    "RebuildReport",
    "Reconciliation",
    "ReconciliationReport",
    "RedriveRun",
    "Redriven",
    "Reindex",
    "Removal",
    "RemovalPlace",
    "RunDetail",
    "RunGraph",
    "RunPage",
    "RunStarted",
    "RunSummary",
    "SweepCounts",
    "Upload",
]
