"""`make bench`: every benchmark, one after the other."""

from benchmarks import archiving, parsing

if __name__ == "__main__":
    parsing.main()
    archiving.main()
