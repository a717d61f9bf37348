"""The errors a caller can catch, each with the exit code that tells a script the same."""


class PortalArchiverError(Exception):
    """Anything that went wrong and is not a bug: the message says what, where, and what to do."""

    exit_code = 2


class ConfigError(PortalArchiverError):
    """portals.toml is missing, or a line of it cannot be used."""


class UnknownArticleError(PortalArchiverError):
    """No article of the archive has this id."""


class UnknownRevisionError(PortalArchiverError):
    """An article has no revision of this number."""


class UnknownStyleError(PortalArchiverError):
    """There is no citation style of this name."""


class UnknownRunError(PortalArchiverError):
    """No run of the archive has this id."""


class MissingPartError(PortalArchiverError):
    """What was asked for needs a library that is not installed."""


class OutputError(PortalArchiverError):
    """The file that was to be made exists already, or cannot be written."""


class UnreachableError(PortalArchiverError):
    """A portal did not answer at all."""

    exit_code = 5


class LockedError(PortalArchiverError):
    """Another run is writing to this archive."""

    exit_code = 6


class ArchiveError(PortalArchiverError):
    """The archive cannot be opened or written: damaged, full, read-only, or not one of ours."""

    exit_code = 7


class DiskFullError(PortalArchiverError):
    """There is no room for the file that was to be made."""

    exit_code = 7


class MissingArchiveError(ArchiveError):
    """There is no archive at this path, and nothing was to be created."""

    exit_code = 2
