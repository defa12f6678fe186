"""Keeps other web pages away from a server that listens on this machine alone.

A page from elsewhere can make the browser send requests to loopback, by a form or a script
(request forgery) or by giving its own host name the address 127.0.0.1 (DNS rebinding). Both show in
the headers that only the browser can set: Host, Origin and Sec-Fetch-Site.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class LoopbackOnly:
    """ASGI middleware: answers a request only if the server's own page, or no page, sent it.

    `port` is the one that the server listens on.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a foreign request with 403, pass any other on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(Headers(scope=scope), scope["method"])
        if refusal is not None:
            await PlainTextResponse(refusal, status_code=403)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            """Pass a message on, the page's headers on top."""
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _refusal(self, headers: Headers, method: str) -> str | None:
        host = headers.get("host", "")
        if host not in self._hosts:
            return "this server answers only to its own address\n"
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            return "this server answers only its own page\n"
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return "this server answers only its own page\n"
        if method == "POST" and headers.get("content-type", "").split(";")[0] != "application/json":
            # A form of another page can't send JSON without asking first.
            return "send JSON\n"
        return None
