"""The application: the pages put together behind the guard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from portal_archiver.web import changes, overview, portals, replay, report, search, troubles
from portal_archiver.web.guard import Guard
from portal_archiver.web.pages import STATIC
from portal_archiver.web.reading import Readers
from portal_archiver.web.settings import Settings

# The groups of pages; each module has its own `router`.
ROUTERS: tuple[APIRouter, ...] = (search.router, report.router, changes.router, replay.router, portals.router)


class Assets(StaticFiles):
    """Our own files: their addresses change with their content, so that they may be kept for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or 404."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def create_app(settings: Settings) -> FastAPI:
    """The archive as a web application; nothing is opened before the first page is asked for."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        app.state.readers.close()

    app = FastAPI(title="portal-archiver", openapi_url=None, lifespan=lifespan)
    app.state.settings = settings
    app.state.readers = Readers(settings)
    app.state.overview = overview.Memory()
    app.add_middleware(Guard, settings=settings)
    app.mount("/static", Assets(directory=STATIC))
    for router in ROUTERS:
        app.include_router(router)
    troubles.handle(app)
    return app
