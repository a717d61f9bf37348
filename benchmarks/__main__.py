"""`make bench`: every benchmark, one after the other."""

from benchmarks import archiving, memory, parsing

if __name__ == "__main__":
    parsing.main()
    memory.main()
    archiving.main()
