"""Sends one file to the API: in the webhook's body where it fits, else through an upload."""

from cli.answers import Accepted
from cli.client import Api, compress, serialise
from cli.sources import Source

COMPRESSED_MAX_BYTES = 4 * 1024 * 1024
"""Of a body as it is sent. Lambda takes 6 MB, and API Gateway hands the body over in base64, a third larger."""
SERIALISED_MAX_BYTES = 10 * 1024 * 1024
"""Of a body before compression: the API inflates no more."""


def deliver(api: Api, source: Source) -> Accepted:
    """Send the file, and return what the API answered. Raises `ApiError`, and `OSError` if the file cannot be read."""
    size = source.path.stat().st_size
    if size <= SERIALISED_MAX_BYTES:
        serialised = serialise(source.body(source.path.read_bytes()))
        if len(serialised) <= SERIALISED_MAX_BYTES:
            compressed = compress(serialised)
            if len(compressed) <= COMPRESSED_MAX_BYTES:
                return api.webhook(compressed)
    # The size is asked for first: a file over the API's limit is refused before it is read.
    upload = api.request_upload(size)
    api.put_upload(upload, source.path.read_bytes())
    return api.submit(source.body_by_reference(upload.content_ref))
