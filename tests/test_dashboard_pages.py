"""The dashboard over HTTP: which files there are, how they are served, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from plantgym.twins.live.client import LiveClient
from plantgym.twins.live.pages import pages
from plantgym.twins.live.server import LiveServer

from .live_cases import counting_run, hello, raw_client, served

FOLDER = Path(__file__).resolve().parents[1] / "twins" / "live" / "dashboard"
FILES = sorted(path.name for path in FOLDER.iterdir())
MOST_BYTES = 200_000


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with served(counting_run()) as server:
        yield server


def asked(
    server: LiveServer, path: str, method: str = "GET", **fields: str
) -> tuple[HTTPResponse, bytes]:
    """The answer to a request that is sent as it is written, and its body."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    names = {name.replace("_", "-"): value for name, value in fields.items()}
    connection.request(method, path, headers=names)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


class TestFiles:
    @pytest.mark.parametrize("name", FILES)
    def test_each_is_served_as_what_it_is(self, server: LiveServer, name: str) -> None:
        answer, body = asked(server, f"/{name}")
        kind = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
                ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}  # fmt: skip
        assert (answer.status, body) == (200, (FOLDER / name).read_bytes())
        assert answer.headers["Content-Type"] == kind[Path(name).suffix]
        assert answer.headers["Content-Length"] == str(len(body))

    def test_the_page_itself_is_at_the_root(self, server: LiveServer) -> None:
        assert asked(server, "/")[1] == (FOLDER / "index.html").read_bytes()
        assert asked(server, "/?from=a+link")[0].status == 200

    def test_they_name_no_file_that_is_not_there_and_no_other_server(self) -> None:
        for path in FOLDER.iterdir():
            text = path.read_text("utf-8")
            named = re.findall(r'(?:src|href)="([^"#]+)"|from "\./([^"]+)"', text)
            assert {a or b for a, b in named} <= set(FILES), path
            assert set(re.findall(r"https?://[^\"'`\s)]+", text)) <= {"http://www.w3.org/2000/svg"}
            assert "innerHTML" not in text
            assert "eval(" not in text

    def test_they_are_small(self) -> None:
        assert sum(len(page.body) for page in set(pages().values())) < MOST_BYTES


class TestHeaders:
    @pytest.mark.parametrize(
        ("method", "path"), [("GET", "/"), ("HEAD", "/style.css"), ("GET", "/no"), ("PUT", "/")]
    )
    def test_a_browser_is_told_to_trust_nothing_else(
        self, server: LiveServer, method: str, path: str
    ) -> None:
        headers = asked(server, path, method)[0].headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["connect-src"] == policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
        assert policy["require-trusted-types-for"] == "'script'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"

    def test_an_unchanged_file_is_not_sent_again(self, server: LiveServer) -> None:
        answer, _ = asked(server, "/main.js")
        etag = answer.headers["ETag"]
        assert answer.headers["Cache-Control"] == "no-cache"
        for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            again, body = asked(server, "/main.js", If_None_Match=known)
            assert (again.status, body, again.headers["ETag"]) == (304, b"", etag)
        for known in ('"other"', etag[:-2] + '"', asked(server, "/")[0].headers["ETag"]):
            assert asked(server, "/main.js", If_None_Match=known)[0].status == 200

    def test_head_tells_the_same_without_the_body(self, server: LiveServer) -> None:
        told, body = asked(server, "/main.js", "HEAD")
        assert (told.status, body) == (200, b"")
        full = asked(server, "/main.js")[0].headers
        assert {**told.headers, "Date": ""} == {**full, "Date": ""}


class TestRefusals:
    @pytest.mark.parametrize(
        "path",
        [
            "/nothing", "/favicon.ico", "/dashboard/", "/index.html/", "/INDEX.HTML", "//main.js",
            "/../pages.py", "/../../errors.py", "/..%2fpages.py", "/%2e%2e/pages.py",
            "/....//pages.py", "/..\\pages.py", "/./main.js", "/main.js%00", "/etc/passwd",
            "/static/../../../../etc/passwd", "/C:\\Windows\\win.ini", "//etc/passwd", "*",
        ],
    )  # fmt: skip
    def test_what_is_no_file_of_ours_is_not_found(self, server: LiveServer, path: str) -> None:
        answer, body = asked(server, path)
        assert (answer.status, body) == (404, b"the dashboard is at /\n")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
    def test_other_methods_are_not_allowed(self, server: LiveServer, method: str) -> None:
        answer, _ = asked(server, "/", method)
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")

    def test_a_websocket_is_still_one(self, server: LiveServer) -> None:
        LiveClient(server.url).close()
        with raw_client(f"{server.url}/some/path", hello()) as client:
            assert '"welcome"' in str(client.recv(30))

    def test_pages_are_shown_before_the_token_is_given(self) -> None:
        with served(counting_run(), token="let me in, please") as locked:
            assert asked(locked, "/")[0].status == 200
