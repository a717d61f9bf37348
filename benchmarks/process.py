"""What a program takes: time, CPU time with all it started, and the most memory that all of it had at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

EVERY = 0.05  # seconds between two looks at its memory


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall-clock and CPU seconds (user and system), and the peak of its memory in MB.

    The memory is looked at every 50 ms, shared parts counted once; 0 on a system that does not tell (no /proc).
    """

    seconds: float
    cpu: float
    memory: float


def run(module: str, *arguments: str) -> Cost:
    """Run a module of the benchmarks as a program of its own, start-up included; an error of it is an error here."""
    start = time.perf_counter()
    process = subprocess.Popen((sys.executable, "-m", f"benchmarks.{module}", *arguments))
    peak = 0.0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        peak = max(peak, _memory(process.pid))
        time.sleep(EVERY)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return Cost(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, peak)


def _memory(pid: int) -> float:
    """Memory in use by a process and all below it, in MB."""
    folder = Path("/proc") / str(pid)
    try:
        rollup = (folder / "smaps_rollup").read_text(encoding="ascii")
        children = (folder / "task" / str(pid) / "children").read_text(encoding="ascii")
    except OSError:  # it has just ended, or this is no Linux
        return 0.0
    share = next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    return share * 1024 / 1e6 + sum(_memory(int(child)) for child in children.split())
