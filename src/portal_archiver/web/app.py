"""The application: the pages put together behind the guard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from portal_archiver.web import (
    api,
    changes,
    citing,
    exporting,
    feeds,
    overview,
    portals,
    replay,
    report,
    runs,
    search,
    troubles,
)
from portal_archiver.web.guard import Guard
from portal_archiver.web.pages import STATIC
from portal_archiver.web.reading import Readers
from portal_archiver.web.settings import Settings

# The groups of pages; each module has its own `router`.
GROUPS = (search, report, citing, changes, replay, portals, runs, feeds, exporting, *api.GROUPS)


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

    app = FastAPI(
        title="portal-archiver",
        description="What an archive of public-sector news portals holds. It is only read.",
        version="1",
        openapi_url=api.described.DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.readers = Readers(settings)
    app.state.overview = overview.Memory()
    app.state.room = exporting.Room(settings.exports)
    app.add_middleware(Guard, settings=settings)
    if settings.origins:  # before the guard: a browser asks for leave without the token
        origins, told = sorted(settings.origins), ["Authorization"]
        app.add_middleware(CORSMiddleware, allow_origins=origins, allow_methods=["GET"], allow_headers=told)
    app.mount("/static", Assets(directory=STATIC))
    for group in GROUPS:
        app.include_router(group.router)
    troubles.handle(app)
    return app
