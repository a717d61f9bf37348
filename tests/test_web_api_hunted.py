"""Schemathesis asks the API what it describes, and what it does not: no answer may be a bug, or not as described."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from portal_archiver.web.app import create_app
from portal_archiver.web.settings import Settings
from web_server import demo_archive, serving

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
Case = schemathesis.Case[Any]
EXAMPLES = 8  # of each address, and of each mode: what may be asked, and what may not
PATHS = sorted(create_app(Settings(Path("archive.db"))).openapi()["paths"])  # nothing is opened


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with serving(demo_archive(tmp_path_factory.mktemp("hunted") / "archive.db")) as served:
        yield schemathesis.openapi.from_url(f"{served.url}/api/v1/openapi.json")


def known(case: Case) -> None:
    """Have it ask for what there is: few numbers that one thinks of are in the archive."""
    numbers = {"number": 2, "run_id": 2}
    for name, value in (case.path_parameters or {}).items():
        if isinstance(value, int):
            case.path_parameters[name] = 1 + value % numbers.get(name, 60)
    if "key" in (case.path_parameters or {}):
        case.path_parameters["key"] = "bachhai"


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("path", PATHS)
def test_it_answers_as_it_says(described: Any, path: str, mode: GenerationMode) -> None:
    asked = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(described[path]["GET"].as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        nonlocal asked
        asked += 1
        if mode is GenerationMode.POSITIVE and asked % 2:
            known(case)
        answer = case.call(timeout=20)
        if answer.status_code == 414:  # Schemathesis does not take that for a refusal
            assert answer.headers["content-type"] == ["application/problem+json"]
        else:
            case.validate_response(answer, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        assert "{" not in path  # an address without parameters has no wrong ones
        assert mode is GenerationMode.NEGATIVE
    else:
        assert asked
