"""The adapters behind the core's ports, built from the settings once in a process's life and only where asked for."""

import os
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from bloomweaver.adapters.answer_executions import AnswerExecutions
from bloomweaver.adapters.auto_scaling_group import AutoScalingGroup
from bloomweaver.adapters.aws_errors import CLIENT_CONFIG
from bloomweaver.adapters.cloudwatch_metrics import CloudWatchMetrics
from bloomweaver.adapters.connection_poster import ConnectionPoster
from bloomweaver.adapters.dynamodb_audit import DynamoDbAudit
from bloomweaver.adapters.dynamodb_chat_items import DynamoDbChatItems
from bloomweaver.adapters.dynamodb_chats import DynamoDbChats
from bloomweaver.adapters.dynamodb_deliveries import DynamoDbDeliveries
from bloomweaver.adapters.dynamodb_epochs import DynamoDbEpochs
from bloomweaver.adapters.dynamodb_folder_changes import DynamoDbChangeRegister
from bloomweaver.adapters.dynamodb_indexes import DynamoDbIndexes
from bloomweaver.adapters.dynamodb_listing import DynamoDbListing
from bloomweaver.adapters.dynamodb_live import DynamoDbConnections, DynamoDbTickets
from bloomweaver.adapters.dynamodb_progress import DynamoDbProgress
from bloomweaver.adapters.dynamodb_records import DynamoDbRecords
from bloomweaver.adapters.dynamodb_runs import DynamoDbRuns
from bloomweaver.adapters.dynamodb_search_cache import DynamoDbSearchCache
from bloomweaver.adapters.dynamodb_standings import DynamoDbStandings
from bloomweaver.adapters.dynamodb_usage import DynamoDbUsage
from bloomweaver.adapters.embedding_client import EmbeddingClient
from bloomweaver.adapters.folder_change_executions import FolderChangeExecutions
from bloomweaver.adapters.key_set import KeySet
from bloomweaver.adapters.rebuild_executions import RebuildExecutions
from bloomweaver.adapters.reconcile_executions import ReconcileExecutions
from bloomweaver.adapters.redrive_executions import RedriveExecutions
from bloomweaver.adapters.reindex_executions import ReindexExecutions
from bloomweaver.adapters.run_histories import StepFunctionsHistories
from bloomweaver.adapters.s3_objects import S3Objects, S3Uploads
from bloomweaver.adapters.s3_sources import S3Sources
from bloomweaver.adapters.secrets_manager import SecretsManager
from bloomweaver.adapters.sqs_dead_letters import SqsDeadLetterQueues
from bloomweaver.adapters.sqs_depths import SqsQueueDepths
from bloomweaver.adapters.sqs_progress import SqsQueueProgress
from bloomweaver.adapters.sqs_queue import SqsOperationQueue
from bloomweaver.adapters.step_functions import StepFunctionsExecutions
from bloomweaver.answering.prices import TokenPrices
from bloomweaver.clock import now
from bloomweaver.documents.epoch import RecordsWithEpoch
from bloomweaver.errors import (
    BackupUnavailable,
    ConfigurationError,
    SigningKeysUnavailable,
    StorageUnavailable,
    TransientError,
)
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.library.reading import Lists
from bloomweaver.live.changes import Changes
from bloomweaver.live.chat_news import ChatNews
from bloomweaver.live.sessions import Sessions
from bloomweaver.live.telling import Telling
from bloomweaver.live.tickets import Tickets
from bloomweaver.metrics.figures import Deployment, figures_of
from bloomweaver.metrics.summaries import Summaries
from bloomweaver.models.dead_letter import DeadLetterQueue
from bloomweaver.models.record import Operation
from bloomweaver.models.run import StateMachine
from bloomweaver.ports import Reranker
from bloomweaver.progress.noting import Noting
from bloomweaver.progress.reading import OperationReading, ProgressReading
from bloomweaver.progress.runs import RunsWithProgress
from bloomweaver.settings import settings
from bloomweaver.sources.contents import Contents
from bloomweaver.sources.keeping import SourceGiver
from bloomweaver.vector_stores import VectorStoreSettings, open_vector_store
from bloomweaver.vector_stores.base import VectorStore
from bloomweaver.vector_stores.lateness import shows_writes_within
from bloomweaver.vector_stores.pinecone_key import parse_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from bloomweaver.adapters.embedding_model import InProcessEncoder
    from bloomweaver.answering.ports import Generator
    from bloomweaver.auth.entrance import Entrance
    from bloomweaver.auth.tokens import TokenVerifier
    from bloomweaver.chats.message import Message
    from bloomweaver.live.telling_answers import AnswerTelling
    from bloomweaver.search.caching import SearchCache
    from bloomweaver.search.listing import Reranking

_S3_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


@cache
def aws_client(service: str, endpoint_url: str | None = None) -> Any:
    """The client of an AWS service, by the region and credentials that the environment names. So is the endpoint, for
    all services that have one for all."""
    config = _s3_config() if service == "s3" else CLIENT_CONFIG
    return boto3.client(service, config=config, endpoint_url=endpoint_url)  # type: ignore[call-overload]


def _s3_config() -> Config:
    # A presigned URL is sent as it is, so it has to name the bucket's own host in its region: the SDK's default is the
    # global one, which regions newer than 2019 refuse, and which redirects elsewhere while a bucket is new. An endpoint
    # that somebody names has no such hosts.
    elsewhere = any(os.environ.get(name) for name in _S3_ENDPOINTS)
    # The older signature, the default in some regions, leaves a presigned upload's size unsigned.
    return CLIENT_CONFIG.merge(
        Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if elsewhere else "virtual", "us_east_1_regional_endpoint": "regional"},
        )
    )


@cache
def records() -> RecordsWithEpoch:
    """The documents table."""
    table = DynamoDbRecords(
        aws_client("dynamodb"),
        settings().required("documents_table"),
        settings().required("status_index"),
        settings().required("leftovers_index"),
        audit(),
    )
    return RecordsWithEpoch(table, epochs())


@cache
def audit() -> DynamoDbAudit:
    """The audit log."""
    return DynamoDbAudit(aws_client("dynamodb"), settings().required("audit_table"), settings().audit_retention_days)


@cache
def listing() -> DynamoDbListing:
    """The table of lists."""
    return DynamoDbListing(aws_client("dynamodb"), settings().required("listing_table"), now)


@cache
def lists() -> Lists:
    """The lists of documents."""
    return Lists(listing(), records())


@cache
def runs() -> DynamoDbRuns:
    """The table of runs."""
    return DynamoDbRuns(aws_client("dynamodb"), settings().required("runs_table"), settings().runs_kept_days)


@cache
def followed_runs() -> RunsWithProgress:
    """The table of runs, for who writes it."""
    return RunsWithProgress(runs(), noting())


@cache
def run_histories() -> StepFunctionsHistories:
    """Step Functions' own memory of runs."""
    return StepFunctionsHistories(aws_client("stepfunctions"), machine_arns())


@cache
def machine_arns() -> dict[StateMachine, str]:
    """The ARNs of all state machines."""
    return {
        StateMachine.CREATE: settings().required("create_state_machine_arn"),
        StateMachine.UPDATE: settings().required("update_state_machine_arn"),
        StateMachine.DELETE: settings().required("delete_state_machine_arn"),
        StateMachine.REDRIVE: settings().required("redrive_state_machine_arn"),
        StateMachine.RECONCILE: settings().required("reconcile_state_machine_arn"),
        StateMachine.REBUILD: settings().required("rebuild_state_machine_arn"),
        StateMachine.REINDEX: settings().required("reindex_state_machine_arn"),
        StateMachine.FOLDER_CHANGE: settings().required("folder_change_state_machine_arn"),
    }


def tickets() -> Tickets:
    """The tickets of connections."""
    return Tickets(DynamoDbTickets(aws_client("dynamodb"), settings().required("live_table")), now)


@cache
def connections() -> DynamoDbConnections:
    """The connections of those who watch."""
    return DynamoDbConnections(aws_client("dynamodb"), settings().required("live_table"))


@cache
def poster() -> ConnectionPoster:
    """Who posts to connections."""
    return ConnectionPoster(aws_client("apigatewaymanagementapi", settings().required("live_connections_url")))


@cache
def changes() -> Changes:
    """What changed."""
    return Changes(records(), progress(), now)


@cache
def sessions() -> Sessions:
    """Connections, as they are used."""
    return Sessions(tickets(), connections(), changes(), poster(), now)


@cache
def telling() -> Telling:
    """Who tells what changed."""
    return Telling(connections(), records(), progress(), ChatNews(chats(), now), poster(), now)


@cache
def progress() -> ProgressReading:
    """How far documents and operations are."""
    queues = SqsQueueDepths(aws_client("sqs"), _queue_urls(), _progress_is_missing)
    return ProgressReading(_progress_table(), queues, now, _progress_is_missing)


@cache
def progress_of_operations() -> OperationReading:
    """How far operations are."""
    return OperationReading(_progress_table(), _progress_is_missing)


def _progress_table() -> DynamoDbProgress:
    return DynamoDbProgress(aws_client("dynamodb"), settings().required("progress_table"), now)


@cache
def noting() -> Noting:
    """Who notes how far something is."""
    # Nobody waits for it as for other services: what is noted is shown, and nothing rests on it.
    client = boto3.client("dynamodb", config=CLIENT_CONFIG.merge(Config(connect_timeout=1, read_timeout=3)))
    return Noting(DynamoDbProgress(client, settings().required("progress_table"), now), _progress_is_missing)


def _progress_is_missing(error: StorageUnavailable) -> None:
    from wiring.observability import logger

    logger.warning("progress is not shown, or not all of it: %s", error)


def answer_listeners(show: "Callable[[Message], str]") -> "AnswerTelling":
    """Who tells those that watch a chat what is being written; `show` is as in `AnswerTelling`."""
    from bloomweaver.live.telling_answers import AnswerTelling
    from wiring.observability import logger

    def report(error: TransientError) -> None:
        logger.warning("nobody was told how far an answer is: %s", error)

    return AnswerTelling(connections(), poster(), now, report, show)


@cache
def epochs() -> DynamoDbEpochs:
    """The epoch of what is served."""
    return DynamoDbEpochs(aws_client("dynamodb"), settings().required("search_cache_table"), now)


@cache
def standings() -> DynamoDbStandings:
    """What records say of what is served, and the epoch."""
    tables = settings().required("documents_table"), settings().required("search_cache_table")
    return DynamoDbStandings(aws_client("dynamodb"), *tables)


@cache
def chats() -> DynamoDbChats:
    """The table of chats."""
    return DynamoDbChats(aws_client("dynamodb"), settings().required("chats_table"))


@cache
def chat_items() -> DynamoDbChatItems:
    """The table of chats, looked through as a whole."""
    return DynamoDbChatItems(aws_client("dynamodb"), settings().required("chats_table"))


@cache
def usage() -> DynamoDbUsage:
    """What was counted for owners of chats."""
    return DynamoDbUsage(aws_client("dynamodb"), settings().required("chats_table"))


@cache
def answer_runs() -> AnswerExecutions:
    """The state machine of answers."""
    return AnswerExecutions(aws_client("stepfunctions"), settings().required("answer_state_machine_arn"))


@cache
def encoder(model: str) -> "InProcessEncoder":
    """The embedding model of that name, in this process. Raises `ModelUnavailable`."""
    from bloomweaver.adapters.embedding_model import InProcessEncoder  # it is in a layer that few functions have

    return InProcessEncoder(model, settings().folder_of(model), stored_models)


@cache
def generator() -> "Generator":
    """Who writes answers."""
    # Each is imported where it is chosen.
    match settings().generator:
        case "extractive":
            from bloomweaver.answering.extractive import ExtractiveGenerator, least_score

            model, least = settings().embedding_model, settings().answer_least_score
            return ExtractiveGenerator(encoder(model), least_score=least_score(model) if least < 0 else least)
        case "openai":
            from bloomweaver.adapters.openai_generator import OpenAiGenerator
            from bloomweaver.answering.endpoint import parse_endpoint

            secret = settings().required("generator_secret_arn")
            return OpenAiGenerator(
                lambda: parse_endpoint(secrets().text(secret)), settings().required("generator_model")
            )
        case "bedrock":
            from bloomweaver.adapters.bedrock_generator import BedrockGenerator

            # A long prompt takes a while to be read; who tries again is the workflow.
            patient = Config(read_timeout=60, retries={"mode": "standard", "total_max_attempts": 1})
            client = boto3.client("bedrock-runtime", config=CLIENT_CONFIG.merge(patient))
            return BedrockGenerator(client, settings().required("generator_model"))


@cache
def search_cache() -> "SearchCache":
    """What search keeps from one query to the next."""
    from aws_lambda_powertools.metrics import MetricUnit

    from bloomweaver.search.caching import SearchCache
    from wiring.observability import logger, metrics

    def report(error: Exception) -> None:
        logger.warning("search goes on without its cache: %s", error)
        metrics.add_metric("SearchCacheUnavailable", MetricUnit.Count, 1)

    # Nobody waits for it as for other services: a search can do without.
    client = boto3.client("dynamodb", config=CLIENT_CONFIG.merge(Config(connect_timeout=1, read_timeout=1)))
    table, rest_seconds = settings().required("search_cache_table"), settings().search_cache_rest_seconds
    return SearchCache(
        DynamoDbSearchCache(client, table),
        DynamoDbEpochs(client, table, now),
        now,
        report,
        index=settings().vector_index_name,
        settings=settings().index_settings,
        keep_seconds=settings().search_cache_seconds,
        rest_seconds=shows_writes_within(settings().vector_store) if rest_seconds < 0 else rest_seconds,
        in_memory=settings().search_cache_entries,
    )


@cache
def indexes() -> DynamoDbIndexes:
    """The index cards."""
    return DynamoDbIndexes(aws_client("dynamodb"), settings().required("indexes_table"))


@cache
def objects() -> S3Objects:
    """The artifacts bucket."""
    return S3Objects(
        aws_client("s3"), settings().required("artifacts_bucket"), StorageUnavailable, settings().backup_threads
    )


@cache
def uploads() -> S3Uploads:
    """The uploads in the artifacts bucket."""
    return S3Uploads(aws_client("s3"), settings().required("artifacts_bucket"), settings().upload_url_seconds)


@cache
def backups() -> S3Objects:
    """The backups bucket."""
    return S3Objects(
        aws_client("s3"), settings().required("backups_bucket"), BackupUnavailable, settings().backup_threads
    )


@cache
def sources() -> S3Sources:
    """The sources bucket."""
    return S3Sources(
        aws_client("s3"), settings().required("sources_bucket"), StorageUnavailable, settings().backup_threads
    )


@cache
def contents() -> Contents:
    """What versions are made of."""
    return Contents(
        objects(),
        uploads(),
        sources(),
        body_max_bytes=settings().body_max_bytes,
        upload_max_bytes=settings().upload_max_bytes,
    )


@cache
def source_giver() -> SourceGiver:
    """Who gives sources to documents that have none."""
    return SourceGiver(records(), contents(), sources(), backups(), index_stores())


@cache
def stored_models() -> S3Objects:
    """The bucket with the files of models."""
    return S3Objects(
        aws_client("s3"), settings().required("models_bucket"), StorageUnavailable, settings().backup_threads
    )


@cache
def queue() -> SqsOperationQueue:
    """The three operation queues."""
    return SqsOperationQueue(aws_client("sqs"), _queue_urls())


@cache
def queue_progress() -> SqsQueueProgress:
    """How far the three operation queues have been worked off."""
    return SqsQueueProgress(aws_client("sqs"), aws_client("cloudwatch"), _queue_urls(), now)


def _queue_urls() -> dict[Operation, str]:
    return {
        Operation.CREATE: settings().required("create_queue_url"),
        Operation.UPDATE: settings().required("update_queue_url"),
        Operation.DELETE: settings().required("delete_queue_url"),
        Operation.CLEAN: settings().required("delete_queue_url"),
    }


@cache
def executions() -> StepFunctionsExecutions:
    """The three state machines."""
    arns = {
        Operation.CREATE: settings().required("create_state_machine_arn"),
        Operation.UPDATE: settings().required("update_state_machine_arn"),
        Operation.DELETE: settings().required("delete_state_machine_arn"),
        Operation.CLEAN: settings().required("delete_state_machine_arn"),
    }
    return StepFunctionsExecutions(aws_client("stepfunctions"), arns)


@cache
def dead_letter_queues() -> SqsDeadLetterQueues:
    """The five dead letter queues."""
    return SqsDeadLetterQueues(aws_client("sqs"), _dead_letter_urls())


def _dead_letter_urls() -> dict[DeadLetterQueue, str]:
    return {
        DeadLetterQueue.PINECONE: settings().required("pinecone_dlq_url"),
        DeadLetterQueue.S3: settings().required("s3_dlq_url"),
        DeadLetterQueue.CREATE: settings().required("create_dlq_url"),
        DeadLetterQueue.UPDATE: settings().required("update_dlq_url"),
        DeadLetterQueue.DELETE: settings().required("delete_dlq_url"),
    }


@cache
def summaries() -> Summaries:
    """The figures of now."""
    queues = {
        "create": settings().required("create_queue_url"),
        "update": settings().required("update_queue_url"),
        "delete": settings().required("delete_queue_url"),
        "run_changes": settings().required("run_changes_queue_url"),
    }
    deployment = Deployment(
        stack=settings().required("stack_name"),
        stage=settings().required("api_stage"),
        queues={called: _queue_name(url) for called, url in queues.items()},
        dead_letter_queues={called.value: _queue_name(url) for called, url in _dead_letter_urls().items()},
        fleet_group=settings().fleet_group,
        token_prices=TokenPrices.parse(settings().generator_prices),
    )
    return Summaries(CloudWatchMetrics(aws_client("cloudwatch")), figures_of(deployment), now)


def _queue_name(url: str) -> str:
    return url.rpartition("/")[2]


@cache
def redrives() -> RedriveExecutions:
    """The redrive's state machine."""
    urls = {
        DeadLetterQueue.PINECONE: settings().required("pinecone_dlq_url"),
        DeadLetterQueue.S3: settings().required("s3_dlq_url"),
    }
    return RedriveExecutions(aws_client("stepfunctions"), settings().required("redrive_state_machine_arn"), urls)


@cache
def reconciliations() -> ReconcileExecutions:
    """The reconciliation's state machine."""
    return ReconcileExecutions(aws_client("stepfunctions"), settings().required("reconcile_state_machine_arn"))


@cache
def rebuilds() -> RebuildExecutions:
    """The rebuild's state machine."""
    return RebuildExecutions(aws_client("stepfunctions"), settings().required("rebuild_state_machine_arn"))


@cache
def reindexes() -> ReindexExecutions:
    """The reindex's state machine."""
    return ReindexExecutions(aws_client("stepfunctions"), settings().required("reindex_state_machine_arn"))


@cache
def change_register() -> DynamoDbChangeRegister:
    """What folders are being changed."""
    return DynamoDbChangeRegister(aws_client("dynamodb"), settings().required("listing_table"))


@cache
def folder_change_runs() -> FolderChangeExecutions:
    """The state machine of folders' changes."""
    return FolderChangeExecutions(aws_client("stepfunctions"), settings().required("folder_change_state_machine_arn"))


@cache
def embedder() -> EmbeddingClient:
    """The embedding service."""
    return EmbeddingClient(
        settings().required("embedding_url"), settings().embedding_timeout_seconds, settings().embedding_model
    )


@cache
def fleet() -> AutoScalingGroup | None:
    """The embedding service's instances, if they are ours."""
    group = settings().fleet_group
    if not group:
        return None
    alarm = settings().fleet_never_ready_alarm
    return AutoScalingGroup(aws_client("autoscaling"), group, lambda: aws_client("cloudwatch"), alarm)


@cache
def index_stores() -> IndexStores:
    """The vector indexes: the one that is configured, and others that have a card."""
    return IndexStores(indexes(), _open_store, settings().vector_index_name, settings().index_settings)


@cache
def vector_store() -> VectorStore:
    """The vector index that is configured."""
    return _open_store(settings().vector_index_name, settings().vector_dimension)


def _pinecone_key() -> str:
    # Asked for before each call of Pinecone: a new key is used without a new process.
    return parse_key(secrets().text(settings().required("pinecone_secret_arn")))


def _open_store(index: str, dimension: int) -> VectorStore:
    return open_vector_store(
        VectorStoreSettings(
            vector_store=settings().vector_store,
            dimension=dimension,
            index_name=index,
            timeout_seconds=settings().vector_timeout_seconds,
            lancedb_uri=settings().lancedb_uri,
            pinecone_api_key=_pinecone_key,
            pinecone_host=settings().pinecone_host,
            pinecone_namespace=settings().pinecone_namespace,
            pinecone_cloud=settings().pinecone_cloud,
            pinecone_region=settings().pinecone_region,
        )
    )


@cache
def reranking() -> "Reranking | None":
    """Who puts how many of a search's best candidates in order, if anybody does."""
    from bloomweaver.search.listing import Reranking

    chosen = _reranker()
    return Reranking(chosen, settings().rerank_candidates) if chosen else None


def _reranker() -> Reranker | None:
    # Each is imported where it is chosen: the encoder is in a layer that few functions have.
    match settings().reranker:
        case "none":
            return None
        case "cross-encoder":
            from bloomweaver.adapters import cross_encoder

            model = settings().rerank_model or cross_encoder.DEFAULT_MODEL
            return cross_encoder.InProcessReranker(
                lambda: cross_encoder.load_cross_encoder(model, settings().folder_of(model), stored_models),
                settings().rerank_timeout_seconds,
            )
        case "pinecone":
            from bloomweaver.adapters import pinecone_reranker

            return pinecone_reranker.PineconeReranker(
                _pinecone_key,
                settings().rerank_model or pinecone_reranker.DEFAULT_MODEL,
                control_url=settings().pinecone_host,
                timeout_seconds=settings().rerank_timeout_seconds,
            )


@cache
def tokens() -> "TokenVerifier":
    """Who checks tokens."""
    # Only where they are asked for: cryptography is slow to import, and the command line has no use for Powertools.
    from bloomweaver.auth.signing_keys import SigningKeys
    from bloomweaver.auth.tokens import TokenRules, TokenVerifier
    from wiring.observability import logger

    def report(error: SigningKeysUnavailable) -> None:
        logger.warning("the issuer's keys could not be fetched; those that are known go on working: %s", error)

    issuer = settings().required("oidc_issuer")
    parties = frozenset(party.strip() for party in settings().oidc_authorized_parties.split(",") if party.strip())
    if not parties and not settings().oidc_audience:
        raise ConfigurationError(
            "neither OIDC_AUDIENCE nor OIDC_AUTHORIZED_PARTIES is set: tokens that the issuer gave to anybody would do"
        )
    key_set = KeySet(
        settings().oidc_jwks_url or f"{issuer.rstrip('/')}/.well-known/jwks.json", settings().oidc_timeout_seconds
    )
    return TokenVerifier(
        TokenRules(
            issuer=issuer,
            audience=settings().oidc_audience,
            authorized_parties=parties,
            role_claim=settings().oidc_role_claim,
            leeway_seconds=settings().oidc_leeway_seconds,
        ),
        SigningKeys(key_set.fetch, time.monotonic, report),
    )


@cache
def secrets() -> SecretsManager:
    """Secrets by their ARN."""
    return SecretsManager(aws_client("secretsmanager"))


@cache
def entrance() -> "Entrance":
    """The way in to routes that take a token or a signature."""
    from bloomweaver.auth.entrance import Entrance
    from bloomweaver.auth.signatures import parse_secrets

    secret = settings().required("webhook_secret_arn")
    deliveries = DynamoDbDeliveries(aws_client("dynamodb"), settings().required("deliveries_table"))
    return Entrance(tokens(), lambda: parse_secrets(secrets().text(secret)), deliveries, time.time)
