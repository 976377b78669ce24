"""The dashboard: its files over HTTP, from the port that takes the WebSockets."""

from __future__ import annotations

import hashlib
from email.utils import formatdate
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import urlsplit

from ..errors import MissingExtraError

try:
    from websockets.asyncio.server import ServerConnection
    from websockets.datastructures import Headers
    from websockets.http11 import Request, Response
except ImportError:
    raise MissingExtraError("websockets", "live") from None

_CONTENT_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Nothing but our own files runs or is loaded, and no text ever becomes markup."""

_SECURITY = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Page(NamedTuple):
    """A file of the dashboard."""

    body: bytes
    content_type: str
    etag: str


@cache
def pages() -> dict[str, Page]:
    """The files of the dashboard by the path under which they are served."""
    found = {
        f"/{file.name}": _page(file.name, file.read_bytes())
        for file in files(__package__).joinpath("dashboard").iterdir()
    }
    return {"/": found["/index.html"], **found}


def serve_page(connection: ServerConnection, request: Request) -> Response | None:
    """Answer a request for a page; leave those for a WebSocket to the handshake.

    Paths are looked up among the files that there are, never on disk. A browser keeps the files
    but asks each time whether they have changed, so that an update shows at once.

    Args:
        connection: not used; websockets gives it.
        request: as it came.

    Returns:
        The whole answer, or None to go on with the handshake.
    """
    if request.method not in ("GET", "HEAD"):
        return _plain(HTTPStatus.METHOD_NOT_ALLOWED, "use GET or HEAD", Allow="GET, HEAD")
    if "websocket" in ", ".join(request.headers.get_all("Upgrade")).lower():
        return None
    page = pages().get(urlsplit(request.path).path)
    is_head = request.method == "HEAD"
    if page is None:
        return _plain(HTTPStatus.NOT_FOUND, "the dashboard is at /", is_head=is_head)
    fields = {"Cache-Control": "no-cache", "ETag": page.etag}
    if _is_known(page.etag, request.headers.get_all("If-None-Match")):
        return _response(HTTPStatus.NOT_MODIFIED, fields)
    fields["Content-Type"] = page.content_type
    return _response(HTTPStatus.OK, fields, page.body, is_head=is_head)


def _page(name: str, body: bytes) -> Page:
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Page(body, _CONTENT_TYPES[name.rpartition(".")[2]], etag)


def _is_known(etag: str, known: list[str]) -> bool:
    """Whether a browser says that it has this version."""
    tags = [tag.strip().removeprefix("W/") for line in known for tag in line.split(",")]
    return etag in tags or "*" in tags


def _plain(status: HTTPStatus, text: str, *, is_head: bool = False, **fields: str) -> Response:
    fields |= {"Cache-Control": "no-store", "Content-Type": "text/plain; charset=utf-8"}
    return _response(status, fields, f"{text}\n".encode(), is_head=is_head)


def _response(
    status: HTTPStatus, fields: dict[str, str], body: bytes = b"", *, is_head: bool = False
) -> Response:
    headers = Headers(Date=formatdate(usegmt=True), Connection="close")
    headers.update(_SECURITY)
    headers.update(fields)
    if status is not HTTPStatus.NOT_MODIFIED:
        headers["Content-Length"] = str(len(body))
    return Response(status, status.phrase, headers, b"" if is_head else body)
