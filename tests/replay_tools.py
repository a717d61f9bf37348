"""The programs of others that exports are held against, from an environment of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[1] / ".venv-replay" / "bin"


def tool(name: str) -> str | None:
    """The path of a program: from `make replay`, or on PATH."""
    return shutil.which(name, path=f"{BESIDE}{os.pathsep}{os.environ['PATH']}")


def needs_tool(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(tool(name) is None, reason=f"`{name}` is not here: `make replay` installs it")


def run_tool(name: str, *args: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [tool(name) or name, *map(str, args)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


@contextmanager
def pywb(folder: Path, *warcs: Path) -> Iterator[str]:
    """A pywb on 127.0.0.1 that holds these WARCs: the address of its collection."""
    for args in (["init", "tinh"], *(["add", "tinh", str(warc)] for warc in warcs)):
        done = run_tool("wb-manager", *args, cwd=folder)
        assert done.returncode == 0, done.stderr
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [tool("wayback") or "wayback", "--bind", "127.0.0.1", "--port", str(port)]
    with (
        (folder / "pywb.log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as server,
    ):
        try:
            _wait_for(f"http://127.0.0.1:{port}/", server)
            yield f"http://127.0.0.1:{port}/tinh/"
        finally:
            server.terminate()
            server.wait(20)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            assert server.poll() is None, "pywb ended before it answered"
            time.sleep(0.1)
    raise AssertionError("pywb does not answer")
