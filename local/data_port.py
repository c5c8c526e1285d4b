"""The emulator's port as its data knows it: the URLs of the queues that it keeps name the port they were made on."""

from local.atomic import write_atomically
from local.config import StackConfig
from local.errors import StackError


def recorded_port(config: StackConfig) -> int | None:
    """The port that the stack's data was made on, if there is data."""
    path = config.data / "aws_port"
    return int(path.read_text()) if path.exists() else None


def port_for_data(config: StackConfig) -> int:
    """The port to start on: the data's own where any will do. Raises `StackError` if the data is of another port."""
    recorded = recorded_port(config)
    if recorded is None or config.aws_port == recorded:
        return config.aws_port
    if config.aws_port == 0:
        return recorded
    raise StackError(
        f"the data in {config.data} was made on port {recorded}, and works on that one alone: start with "
        f"--aws-port {recorded}, or keep other data with --dir"
    )


def record_port(config: StackConfig, port: int) -> None:
    """Note that the data is of this port from now on."""
    write_atomically(config.data / "aws_port", f"{port}\n".encode())
