"""What the one-machine stack is made of: where it keeps its files, which ports it takes, which vector store it uses."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

REPOSITORY = Path(__file__).resolve().parent.parent
REGION = "us-east-1"
ACCESS_KEY = "test"
"""And the secret key: an administrator's, with `enforce_roles` too. Without it the emulator takes any credentials."""
STACK_NAME = "bloomweaver"

VectorStoreName = Literal["lancedb", "pinecone"]
ChatModelName = Literal["smollm2"]


@dataclass(frozen=True)
class StackConfig:
    """The choices of a `bloomweaver up`."""

    directory: Path = REPOSITORY / ".local"
    """All that the stack writes: data, logs, `stack.json`."""
    aws_port: int = 4566
    """Of the emulator: API, S3, DynamoDB, SQS, Step Functions. 0 takes that of the data, or a free one."""
    embedding_port: int = 8081
    """Of the embedding service. 0 takes a free one."""
    dashboard_port: int = 4567
    """Of the dashboard. 0 takes a free one."""
    dashboard: bool = False
    """Whether the dashboard is built, if it is not, and served. `bloomweaver up` wants it; a test waits for none."""
    vector_store: VectorStoreName = "lancedb"
    pinecone_host: str = ""
    """Base URL of a stand-in for Pinecone's control plane, with `vector_store` pinecone."""
    pinecone_api_key: str = ""
    index_name: str = "bloomweaver"
    """Of the vector index. Another model or chunking needs another name."""
    model: str = "minilm"
    """The embedding model: a name of the registry, or the path of a folder with its files."""
    chunk_max_tokens: int = 256
    chunk_overlap_tokens: int = 32
    chat_model: ChatModelName | None = None
    """The language model that writes answers, on this machine too. None: the documents' sentences answer."""
    chat_model_port: int = 0
    """Of its server. 0 takes a free one."""
    embedding_threads: int = os.cpu_count() or 1
    enforce_roles: bool = False
    """Whether the emulator refuses what a role's policies do not allow, as AWS does."""
    access_log: Path | None = None
    """Where the emulator writes down which role asked for what, with `enforce_roles`."""
    functions_aws_url: str = ""
    """Where functions find AWS, if not at the emulator itself: a proxy before it."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Template parameters in the place of those that a `bloomweaver up` passes."""

    @property
    def data(self) -> Path:
        """What must outlive a restart."""
        return self.directory / "data"

    @property
    def logs(self) -> Path:
        """A file for each process and each step."""
        return self.directory / "logs"

    @property
    def descriptor(self) -> Path:
        """What clients read: URLs, names, process ids."""
        return self.directory / "stack.json"

    @property
    def state(self) -> Path:
        """The folder of the emulator's state, but for the contents of objects."""
        return self.data / "aws"

    @property
    def running(self) -> Path:
        """A file that each of the stack's processes holds open, so that those of a stack that died are found."""
        return self.directory / "running"

    @property
    def issuer(self) -> Path:
        """What tokens and webhooks are signed with; see `local.issuer`."""
        return self.directory / "issuer"

    @property
    def build(self) -> Path:
        """Where `sam build` puts the functions."""
        return self.directory / "build"


def python_runtime() -> str:
    """The name that SAM knows this interpreter's version by."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"
