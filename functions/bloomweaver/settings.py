"""All settings, in one model, read from the environment that the template gives a function."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from bloomweaver.analysis import ANALYSER_VERSION
from bloomweaver.content import EXTRACTOR_VERSION
from bloomweaver.errors import ConfigurationError
from bloomweaver.keys import INDEX_NAME
from bloomweaver.models.index_card import IndexSettings


class Settings(BaseSettings):
    """The environment of a function. A name that a function does not use is not set for it."""

    model_config = SettingsConfigDict(frozen=True)

    # Where things are. The template sets these; `required` says which one is missing.
    documents_table: str = ""
    status_index: str = ""
    leftovers_index: str = ""
    indexes_table: str = ""
    artifacts_bucket: str = ""
    backups_bucket: str = ""
    sources_bucket: str = ""
    models_bucket: str = ""
    """With the files of models that are in no folder here, each below the model's name."""
    create_queue_url: str = ""
    update_queue_url: str = ""
    delete_queue_url: str = ""
    create_state_machine_arn: str = ""
    update_state_machine_arn: str = ""
    delete_state_machine_arn: str = ""
    redrive_state_machine_arn: str = ""
    reconcile_state_machine_arn: str = ""
    rebuild_state_machine_arn: str = ""
    reindex_state_machine_arn: str = ""
    folder_change_state_machine_arn: str = ""
    pinecone_dlq_url: str = ""
    s3_dlq_url: str = ""
    create_dlq_url: str = ""
    update_dlq_url: str = ""
    delete_dlq_url: str = ""
    embedding_url: str = ""
    fleet_group: str = ""
    """The Auto Scaling group of the embedding service. Empty: the service is somebody else's, and not woken."""
    fleet_never_ready_alarm: str = ""
    """The alarm that goes off when none of the fleet's instances becomes ready. Empty: nobody looks."""

    # Limits of a request.
    allowed_origins: str = ""
    """Whose web pages may read the API's answers: origins with commas between them, `*` for every one."""
    body_max_bytes: int = 10 * 1024 * 1024
    upload_max_bytes: int = 50 * 1024 * 1024
    upload_url_seconds: int = 900

    # Contents that are handed out.
    content_inline_max_bytes: int = Field(default=4 * 1024 * 1024, ge=0, le=4 * 1024 * 1024)
    """A larger content is not in the answer, which names an address: Lambda answers 6 MB at most, in base64."""
    content_address_seconds: int = Field(default=60, ge=1)

    # For how long copies stay of what is removed. The template has them from the buckets, queues and logs.
    artifacts_expire_days: int = Field(default=30, ge=1)
    backup_versions_expire_days: int = Field(default=30, ge=1)
    """Of the backups and the sources bucket."""
    dead_letters_kept_seconds: int = Field(default=1209600, ge=60)
    log_retention_days: int = Field(default=30, ge=1)

    # Chunking and embedding.
    embedding_model: str = "minilm"
    model_dir: str = ""
    """The folder with the model's files; empty means the one that its package carries."""
    models_dir: str = ""
    """A folder with a folder for each of several models, named as the model is. It goes before `model_dir`."""
    chunk_max_tokens: int = Field(default=256, ge=16)
    chunk_overlap_tokens: int = Field(default=32, ge=0)
    embed_batch_size: int = Field(default=32, ge=1)
    embed_batches_max: int = Field(default=40, ge=1)
    """A larger document has larger batches, not more: the list of batches travels between states."""
    embedding_timeout_seconds: float = 60.0

    # The vector index.
    vector_store: Literal["lancedb", "pinecone"] = "pinecone"
    vector_dimension: int = 384
    vector_index_name: str = Field(default="bloomweaver", pattern=f"^{INDEX_NAME}$")
    """It is a part of keys, too. Pinecone wants lower case, and no underscore."""
    vector_timeout_seconds: float = 10.0
    lancedb_uri: str = ""
    pinecone_secret_arn: str = ""
    """Of the secret with the API key; see `pinecone_key`."""
    pinecone_host: str = ""
    pinecone_cloud: str = "aws"
    pinecone_region: str = "us-east-1"
    """Where Pinecone keeps the index; one that lies elsewhere is refused."""
    pinecone_namespace: str = "__default__"

    # The pipeline.
    stale_versions_max: int = Field(default=50, ge=1)
    """The most stale versions that one execution removes: their list travels between states."""
    dispatch_hold_seconds: float = Field(default=25.0, ge=0)
    """How long the dispatch function waits for what it started, so that a burst does not start all at once."""
    dispatch_let_go_seconds: float = Field(default=5.0, ge=0)
    """How long what it started may take to find its first place of Lambda's, before it gives up its own."""
    redrive_visibility_seconds: int = Field(default=8100, ge=1, le=43200)
    """How long a dead letter is hidden while its redrive runs: if that dies, the letter shows up again after it."""
    redrive_executions_max: int = Field(default=2, ge=1, le=10)
    """Executions that one call starts, of at most 100 letters each: they run at the same time."""
    sweep_after_minutes: float = Field(default=10.0, ge=0)
    """How long a record is left alone before the sweep looks at it. Longer than any function may run: so long after an
    execution's end, nothing that it started is alive."""
    sweep_attempts_max: int = Field(default=3, ge=0)
    """Executions of a version after its first one, and as many again to remove what it left."""
    sweep_each_max: int = Field(default=60, ge=1)
    """Records of each kind that one sweep looks up: Step Functions answers 15 look-ups a second for long."""
    sweep_seconds: float = Field(default=20.0, gt=0)
    """About how long one sweep takes at most: the API gives up on a function after 29 seconds."""
    reconcile_quiet_seconds: float = Field(default=300.0, ge=0)
    """How long a document must have been left unchanged for a reconciliation to judge it: longer than an eventually
    consistent index takes to show a write, and than a function may still be working after its time is up."""
    reconcile_call_seconds: float = Field(default=120.0, ge=0)
    """About how long a call of a reconciliation goes on before it hands over to the next."""
    rebuild_concurrency: int = Field(default=40, ge=1, le=1000)
    """Batches of backups that a rebuild restores at a time."""
    rebuild_call_seconds: float = Field(default=120.0, ge=0)
    """About how long a call of a rebuild's verification goes on before it hands over to the next."""
    reindex_at_a_time: int = Field(default=20, ge=1, le=50)
    """Documents that a reindex has on their way together; those of clients wait behind them."""
    reindex_call_seconds: float = Field(default=120.0, ge=0)
    """About how long a call of a reindex goes on before it hands over to the next."""
    folder_change_at_a_time: int = Field(default=20, ge=1, le=50)
    """Documents of a folder's change that are on their way together; those of clients wait behind them."""
    folder_change_call_seconds: float = Field(default=120.0, ge=0)
    """About how long a call of it goes on before it hands over to the next."""
    backup_threads: int = Field(default=16, ge=1)

    # Who may call.
    oidc_issuer: str = ""
    """Whom tokens come from: their `iss`."""
    oidc_jwks_url: str = ""
    """Where its keys are. Empty: at `/.well-known/jwks.json` of the issuer."""
    oidc_audience: str = ""
    oidc_authorized_parties: str = ""
    """With commas between them; of a token, one is the `azp`. Audience, parties or both are needed."""
    oidc_role_claim: str = "role"
    oidc_leeway_seconds: float = Field(default=10.0, ge=0, le=120)
    """How far the issuer's clock and ours may be apart."""
    oidc_timeout_seconds: float = Field(default=3.0, gt=0)
    webhook_secret_arn: str = ""
    deliveries_table: str = ""

    # Lists.
    listing_table: str = ""
    list_seconds: float = Field(default=5.0, gt=0)
    """For how long a sweep makes up for what the lists missed."""

    # Runs.
    audit_table: str = ""
    audit_retention_days: int = Field(default=400, ge=1)
    """For how long the audit log has an entry."""
    runs_table: str = ""
    runs_kept_days: int = Field(default=400, ge=1)
    """For how long the table has a run. Step Functions forgets it after 90 days."""
    runs_look_after_minutes: float = Field(default=10.0, ge=0)
    """How long a run goes on before it is looked up whether it does."""
    runs_looks_max: int = Field(default=100, ge=1)
    """Runs that one look through the running ones looks up: Step Functions answers 15 look-ups a second for long."""
    runs_look_seconds: float = Field(default=20.0, gt=0)
    """About how long such a look takes at most."""

    # Live messages.
    live_table: str = ""
    """With tickets and connections."""
    live_url: str = ""
    """Where clients open a connection."""
    live_connections_url: str = ""
    """Where messages are posted to connections."""
    progress_table: str = ""
    """With what is noted while documents and operations are under way."""

    # Chats and answers.
    chats_table: str = ""
    chats_kept_days: int = Field(default=90, ge=1)
    """For how long a chat is kept after it was last asked, and a message after it was."""
    answer_state_machine_arn: str = ""
    generator: Literal["extractive", "openai", "bedrock"] = "extractive"
    """Who writes answers: the documents' sentences, a model at an OpenAI-compatible address, or one of Bedrock."""
    generator_secret_arn: str = ""
    """Of the secret with its address and key; see `answering.endpoint`."""
    generator_model: str = ""
    """The model there."""
    generator_context_tokens: int = Field(default=8192, ge=2048)
    """What it reads and writes together."""
    generator_prices: str = ""
    """In US dollars for a million tokens that it reads, and that it writes, such as `0.15/0.60`. Empty: not known."""
    questions_per_minute: int = Field(default=0, ge=0)
    """That a subject may ask. 0 is no limit, here and below."""
    tokens_per_day: int = Field(default=0, ge=0)
    """That the answers to a subject may use."""
    answer_least_score: float = Field(default=-1.0, ge=-1, le=1)
    """The least that a sentence is worth with which `extractive` answers. -1 goes by the embedding model."""
    answer_seconds: float = Field(default=200.0, gt=0)
    """A generator that takes longer is left, and what it has written is kept. It may be silent for a minute then, and
    the function has five."""
    # Figures.
    stack_name: str = ""
    """What the functions' own metrics have as their dimension `service`, and what the API is called."""
    api_stage: str = ""
    run_changes_queue_url: str = ""

    # Search.
    search_depth: int = Field(default=200, ge=1)
    """How many candidates each leg is asked for at first: what fusion works on, and what pages are made of."""
    search_candidates_max: int = Field(default=1000, ge=100)
    """The most that each is asked for, where too little of what it gave is served."""
    search_cache_table: str = ""
    """With the epoch, and with what search keeps."""
    search_cache_seconds: float = Field(default=3600.0, ge=0)
    """For how long search keeps the candidates and the vector of a query. 0: not at all."""
    search_cache_entries: int = Field(default=100, ge=1)
    """For how many queries a process has the candidates in memory, each about half a megabyte, and for ten times as
    many their vectors."""
    search_cache_rest_seconds: float = -1.0
    """For how long nothing that may be served must have changed before candidates are kept: as late as the index may
    show a write. Below 0 it goes by the vector store."""

    reranker: Literal["none", "cross-encoder", "pinecone"] = "none"
    rerank_model: str = ""
    """With `cross-encoder` as a folder or the bucket of models has it, with `pinecone` as Pinecone does. Empty: one of
    theirs."""
    rerank_candidates: int = Field(default=30, ge=1, le=250)
    """How many of the best candidates are reranked."""
    rerank_timeout_seconds: float = Field(default=1.0, gt=0)
    """A reranker that takes longer is left out."""

    def required(self, name: str) -> str:
        """The setting `name`, which this function cannot work without. Raises `ConfigurationError` if it is empty."""
        value = getattr(self, name)
        if not value:
            raise ConfigurationError(f"the environment variable {name.upper()} is not set")
        return str(value)

    def folder_of(self, model: str) -> Path | None:
        """The folder that the settings name for the files of `model`; none leaves it to the encoder to find them."""
        if self.models_dir and (folder := Path(self.models_dir) / model).is_dir():
            return folder
        return Path(self.model_dir) if self.model_dir and model == self.embedding_model else None

    @property
    def index_settings(self) -> IndexSettings:
        """What all chunks that this deployment writes have in common."""
        return IndexSettings(
            model=self.embedding_model,
            dimension=self.vector_dimension,
            chunk_max_tokens=self.chunk_max_tokens,
            chunk_overlap_tokens=self.chunk_overlap_tokens,
            extractor_version=EXTRACTOR_VERSION,
            analyser_version=ANALYSER_VERSION,
        )


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
