"""What the server refuses, with the status and the words for it."""

import errno
import sqlite3

from mutoscope.errors import MutoscopeError


class RefusedError(Exception):
    """A request that is not met: HTTP status, a code for programs, and for people the problem, the rule and the cure."""

    def __init__(self, status: int, code: str, error: Exception, *, retry_after: int | None = None) -> None:
        super().__init__(status, code, str(error))
        self.status, self.code, self.message = status, code, str(error)
        self.headers = {} if retry_after is None else {"Retry-After": str(retry_after)}


def invalid(problem: str, rule: str, cure: str, code: str = MutoscopeError.code) -> RefusedError:
    """A request that no one could meet."""
    return RefusedError(400, code, MutoscopeError(problem, rule, cure))


def no_key() -> RefusedError:
    """A request without a key, or with one that is not known."""
    cure = "Send the header Authorization: Bearer KEY."
    return RefusedError(
        401, "invalid_api_key", MutoscopeError("The key is missing or unknown.", "A key is needed.", cure)
    )


def not_found(what: str, cure: str = "GET /v1/videos lists what there is.") -> RefusedError:
    """Something that is not there, or not this client's."""
    return RefusedError(404, "not_found", MutoscopeError(f"There is no {what}.", "Each client sees its own.", cure))


def no_such_range(status: int, there_are: str | None) -> RefusedError:
    """A part of a file that cannot be sent: 416 where it lies behind the end, 400 where no one could tell what it is."""
    beyond = status == 416
    problem = "The Range lies beyond the end of the file." if beyond else "The Range cannot be read."
    cure = "Write Range: bytes=0-1023, or leave it out."
    code = "range_not_satisfiable" if beyond else "invalid_request"
    refused = RefusedError(status, code, MutoscopeError(problem, "It is bytes=FIRST-LAST, counted from 0.", cure))
    refused.headers |= {"Content-Range": there_are} if there_are is not None else {}
    return refused


def too_large(megabytes: int) -> RefusedError:
    """More bytes than may be sent."""
    rule = f"A request may have {megabytes} MB."
    return RefusedError(413, "too_large", MutoscopeError("The request is too large.", rule, "Send a smaller photo."))


def queue_full(waiting: int, whose: str, retry_after: int) -> RefusedError:
    """Too much is waiting already."""
    error = MutoscopeError(f"{waiting} jobs are waiting already.", f"No more may wait {whose}.", "Try again later.")
    return RefusedError(429, "queue_full", error, retry_after=retry_after)


def disk_full() -> RefusedError:
    """No room to keep what was sent, or to write down a job."""
    cure = "Free some space on the server's disk, or delete clips, and try again."
    error = MutoscopeError("The server's disk is full.", "A job needs some room.", cure)
    return RefusedError(507, "disk_full", error, retry_after=60)


def locked() -> RefusedError:
    """Another program holds the table of jobs."""
    cure = "Try again in a moment; if it lasts, end that program."
    rule = "A backup, say, may hold it for a moment."
    error = MutoscopeError("Another program on the server holds the table of jobs.", rule, cure)
    return RefusedError(503, "table_locked", error, retry_after=1)


def trouble(error: Exception) -> RefusedError | None:
    """What to answer where the server's own disk or table of jobs is what fails a request; None of any other error."""
    if is_disk_full(error):
        return disk_full()
    return locked() if _is_locked(error) else None


def is_disk_full(error: Exception) -> bool:
    """Whether that is what the error means; SQLite says it in words, and where it cannot say more, as an I/O error."""
    if isinstance(error, sqlite3.OperationalError):
        return "full" in str(error) or "disk I/O" in str(error)
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _is_locked(error: Exception) -> bool:
    busy = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return isinstance(error, sqlite3.OperationalError) and getattr(error, "sqlite_errorcode", 0) & 0xFF in busy
