"""The review page's web server: loopback only, a few routes over a review service."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvicorn
from pydantic import TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from hairpipe.errors import ConfigError, HairpipeError
from hairpipe.review.guard import LoopbackOnly
from hairpipe.review.requests import JudgeRequest, ListRequest, PictureRequest, RegionsRequest
from hairpipe.review.service import OutdatedError, ReviewService

_STATIC = Path(__file__).parent / "static"
_HOST = "127.0.0.1"
# A judgement takes a few hundred, a painted mask some thousands; ids may be long.
_MOST_BYTES = 2**17


def review_app(service: ReviewService, port: int) -> Starlette:
    """Return the web application; a request to any other host or port is refused."""

    async def page(_: Request) -> Response:
        """Answer with the page itself."""
        return FileResponse(_STATIC / "review.html")

    async def start(_: Request) -> Response:
        """Answer with what the page needs once."""
        return JSONResponse(await run_in_threadpool(service.start))

    async def portraits(request: Request) -> Response:
        """Answer with one page of portraits."""
        wanted = ListRequest.model_validate(dict(request.query_params))
        return JSONResponse(await run_in_threadpool(service.listing, wanted))

    async def changes(request: Request) -> Response:
        """Answer with the labels given since the page last asked."""
        since = TypeAdapter(int).validate_python(request.query_params.get("since"))
        return JSONResponse(await run_in_threadpool(service.changes, since))

    async def judge(request: Request) -> Response:
        """Save a judgement."""
        body = await _body(request)
        if body is None:
            refusal = f"send at most {_MOST_BYTES} bytes\n"
            return PlainTextResponse(refusal, status_code=413, headers={"Connection": "close"})
        judgement = JudgeRequest.model_validate_json(body)
        return JSONResponse(await run_in_threadpool(service.judge, judgement))

    async def regions(request: Request) -> Response:
        """Answer with what a mask is corrected with."""
        wanted = RegionsRequest.model_validate(dict(request.query_params))
        return JSONResponse(await run_in_threadpool(service.regions, wanted))

    async def picture(request: Request) -> Response:
        """Answer with a view of a portrait, or with a drawing of its absence."""
        wanted = PictureRequest.model_validate(dict(request.query_params))
        data = await run_in_threadpool(service.picture, wanted)
        if data is None:
            return FileResponse(_STATIC / "no-picture.svg")
        # The address changes with the portrait's results.
        return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"})

    return Starlette(
        routes=[
            Route("/", page),
            Route("/api/start", start),
            Route("/api/portraits", portraits),
            Route("/api/changes", changes),
            Route("/api/labels", judge, methods=["POST"]),
            Route("/api/regions", regions),
            Route("/picture", picture),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[Middleware(LoopbackOnly, port=port)],
        exception_handlers={
            ValidationError: _bad_request,
            ValueError: _told(400),
            KeyError: _not_found,
            OutdatedError: _told(409),
            # The newest tables are damaged or gone, or the disk is full.
            HairpipeError: _told(503),
        },
    )


def listening_socket(port: int) -> socket.socket:
    """Return a socket that listens on loopback; port 0 is any free one.

    Raises
    ------
    ConfigError
        If the port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
        # From now on a browser that is quicker than the server waits instead of being refused.
        listener.listen()
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"port {port} can't be had ({error.strerror}); choose another with --port"
        ) from None
    return listener


def serve(service: ReviewService, listener: socket.socket) -> None:
    """Serve the page until interrupted, which raises KeyboardInterrupt."""
    review_server(service, listener).run(sockets=[listener])
    # It ends for no other reason; but where its loop is done before the signal comes again, nothing says so.
    raise KeyboardInterrupt


def review_server(service: ReviewService, listener: socket.socket) -> uvicorn.Server:
    """Return a server for the page; run it with ``server.run(sockets=[listener])``."""
    app = review_app(service, listener.getsockname()[1])
    return uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, server_header=False))


def address(listener: socket.socket) -> str:
    """Return the page's address."""
    return f"http://{_HOST}:{listener.getsockname()[1]}/"


async def _body(request: Request) -> bytes | None:
    """Return what a request holds; None where that is too much, which is not read to its end."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return None
    return bytes(body)


async def _bad_request(_: Request, error: Exception) -> Response:
    mistakes = error.errors() if isinstance(error, ValidationError) else []
    text = "; ".join(f"{'.'.join(map(str, mistake['loc']))}: {mistake['msg']}" for mistake in mistakes)
    return PlainTextResponse(text + "\n", status_code=400)


async def _not_found(_: Request, __: Exception) -> Response:
    return PlainTextResponse("there is no such portrait\n", status_code=404)


def _told(status_code: int) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return what answers with an error's own words."""

    async def answer(_: Request, error: Exception) -> Response:
        """Answer with the words."""
        return PlainTextResponse(f"{error}\n", status_code)

    return answer
