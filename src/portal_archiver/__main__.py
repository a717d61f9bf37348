"""`python -m portal_archiver`."""

from portal_archiver.cli import main

if __name__ == "__main__":
    main()
