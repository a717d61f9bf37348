"""`make bench`: every benchmark, one after the other, each in a process of its own: none sees another's memory."""

import subprocess
import sys

BENCHMARKS = (
    "parsing", "memory", "archiving", "saving", "stories", "reparsing", "crawling", "frontier", "searching", "learning",
    "serving",
)  # fmt: skip

if __name__ == "__main__":
    for name in BENCHMARKS:
        subprocess.run((sys.executable, "-m", f"benchmarks.{name}"), check=True)
