"""The page about the API, made of its description; nothing on it comes from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from portal_archiver.web.api.answers import PREFIX
from portal_archiver.web.pages import render

DESCRIPTION = f"{PREFIX}/openapi.json"
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name, whether it is a part of the path, and what it may be."""

    name: str
    in_path: bool
    told: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A path that can be asked for, what it answers (its first sentence, then more), and its parameters."""

    path: str
    summary: str
    more: str
    parameters: tuple[Parameter, ...]


@router.get("/api")
def page(request: Request) -> HTMLResponse:
    """What a program can ask for."""
    described = request.app.openapi()
    base = str(request.base_url).rstrip("/")
    operations = tuple(_operations(described))
    return render(request, "api.html", operations=operations, prefix=PREFIX, description=DESCRIPTION, base=base)


def _operations(described: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in described["paths"].items():
        said = methods["get"]
        first, _, more = said.get("description", "").partition("\n\n")
        parameters = tuple(
            Parameter(one["name"], one["in"] == "path", _told(one)) for one in said.get("parameters", ())
        )
        yield Operation(path, first, more, parameters)


def _told(parameter: dict[str, Any]) -> str:
    """What a parameter may be: its values or bounds, its default, what is said of it."""
    schema = parameter["schema"]
    options = [option for option in schema.get("anyOf", (schema,)) if option.get("type") != "null"]
    kind = options[0]
    parts = [
        " | ".join(kind["enum"]) if "enum" in kind else kind.get("type", ""),
        f"{kind['minimum']} to {kind['maximum']:,}" if {"minimum", "maximum"} <= {*kind} else "",
        f"default {schema['default']}" if schema.get("default") not in (None, "") else "",
        parameter.get("description", ""),
    ]
    return "; ".join(part for part in parts if part)
