"""The built files of the dashboard, read once: what is served of them, and under which policy."""

import gzip
import mimetypes
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

HASHED = "_astro/"
"""Files whose names have a digest of their content: they may be kept for ever."""
KEPT, ASKED_FOR_ANEW = "public, max-age=31536000, immutable", "no-cache"
"""The `Cache-Control` of those, and of all others. The action `site` gives files the same on AWS."""
INDEX = "index.html"
_GZIPPED = ("text/", "application/json", "image/svg+xml", "application/manifest+json")


@dataclass(frozen=True)
class _File:
    content: bytes
    gzipped: bytes | None
    media_type: str


class Site:
    """Serves the files below `folder`, and its page for every path that the dashboard's router knows.

    `connects_to` are origins beside its own that the page may connect to. `stacks/site.yaml` sends the same headers.
    """

    def __init__(self, folder: Path, connects_to: tuple[str, ...]) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): _read(path) for path in sorted(folder.rglob("*")) if path.is_file()
        }
        self._page_headers = {
            "Content-Security-Policy": policy(connects_to),
            "X-Frame-Options": "DENY",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        }

    async def serve(self, request: Request) -> Response:
        """The file of the path, or the page. Raises nothing: a file that is not there is 404."""
        path = request.path_params["path"]
        name = path if path in self._files else INDEX
        # A script or a picture that is not there must not be answered with a page.
        if name == INDEX and (path.startswith(HASHED) or "." in path.rsplit("/", 1)[-1]) and path != INDEX:
            return PlainTextResponse("There is no such file.", HTTPStatus.NOT_FOUND)
        file = self._files[name]
        headers = {
            "Cache-Control": KEPT if name.startswith(HASHED) else ASKED_FOR_ANEW,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Vary": "Accept-Encoding",
        }
        if name == INDEX:
            headers |= self._page_headers
        content = file.content
        if file.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            content = file.gzipped
            headers["Content-Encoding"] = "gzip"
        return Response(content, media_type=file.media_type, headers=headers)


def policy(connects_to: tuple[str, ...]) -> str:
    """The Content-Security-Policy of the page: its own files, and nothing that stands in the page itself."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            " ".join(("connect-src 'self'", *connects_to)),
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _read(path: Path) -> _File:
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    content = path.read_bytes()
    gzipped = gzip.compress(content, mtime=0) if media_type.startswith(_GZIPPED) else None
    return _File(content, gzipped, media_type)
