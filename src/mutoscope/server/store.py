"""Jobs on disk: one SQLite table, and beside it a folder of files for each job."""

import json
import shutil
import sqlite3
import time
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from mutoscope.request import GenerateRequest

Status = Literal["queued", "in_progress", "completed", "failed"]
GIVEN = ("photo", "last", "mask", "extends")  # the files that a client gives; they lie under these names
PATIENCE_WITH_OTHERS = 0.5  # seconds that a call waits where another program is writing: all clients wait as long
WAITING = "status IN ('queued', 'in_progress')"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  status TEXT NOT NULL,
  request TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  expected REAL NOT NULL,
  created REAL NOT NULL,
  remixed_from TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  finished REAL,
  error TEXT,
  clips TEXT NOT NULL DEFAULT '[]',
  comparison TEXT
);
CREATE INDEX IF NOT EXISTS jobs_by_owner ON jobs (owner, number);
CREATE INDEX IF NOT EXISTS jobs_by_status ON jobs (status, number);
"""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One request of one owner, and what became of it."""

    id: str
    owner: str
    request: GenerateRequest
    width: int
    height: int
    expected: float  # seconds of work, by the estimate
    created: float  # seconds since 1970, as all times here
    status: Status = "queued"
    remixed_from: str | None = None
    attempts: int = 0
    finished: float | None = None
    error: dict[str, str] | None = None  # code, message
    clips: list[dict[str, Any]] = field(default_factory=list)  # what each variant's manifest says
    # Of a job that compares: models (none: all families), and at the end contenders, one for each clip, and absent.
    comparison: dict[str, Any] | None = None

    @property
    def models(self) -> list[str] | None:
        """The models that are compared, none of them named meaning all families; None where nothing is compared."""
        return None if self.comparison is None else list(self.comparison["models"])


class Store:
    """The jobs of a data folder. All calls are short and come from one thread."""

    def __init__(self, folder: Path) -> None:
        self.files = folder / "videos"
        self.files.mkdir(parents=True, exist_ok=True)
        self.database = sqlite3.connect(folder / "jobs.sqlite3", PATIENCE_WITH_OTHERS, isolation_level=None)
        self.database.row_factory = sqlite3.Row
        self.database.execute("PRAGMA journal_mode = WAL")  # readers never wait, and a kill -9 loses nothing
        self.database.execute("PRAGMA synchronous = NORMAL")
        self.database.executescript(_SCHEMA)
        if "comparison" not in {row["name"] for row in self.database.execute("PRAGMA table_info(jobs)")}:
            self.database.execute("ALTER TABLE jobs ADD COLUMN comparison TEXT")  # of an earlier version

    def close(self) -> None:
        """Write everything to the database file and let go of it."""
        self.database.close()

    def folder(self, job_id: str) -> Path:
        """Where the files of a job are."""
        return self.files / job_id

    def add(self, job: Job) -> None:
        """A new job at the end of the queue."""
        row = {known.name: getattr(job, known.name) for known in fields(Job)} | {
            "request": json.dumps(job.request.to_dict()),
            "error": None,
            "clips": "[]",
            "comparison": json.dumps(job.comparison),
        }
        names = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        self.database.execute(f"INSERT INTO jobs ({names}) VALUES ({places})", row)

    def get(self, job_id: str, owner: str) -> Job | None:
        """A job of that owner; nobody else's is there for them."""
        rows = self._rows("SELECT * FROM jobs WHERE id = ? AND owner = ?", job_id, owner)
        return rows[0] if rows else None

    def page(self, owner: str, *, limit: int, after: str | None, newest_first: bool, search: str) -> list[Job]:
        """At most `limit` jobs of an owner, those behind `after`, whose prompts hold the words that are searched for."""
        order, side = ("DESC", "<") if newest_first else ("ASC", ">")
        conditions, values = ["owner = ?"], [owner]
        if after is not None:
            conditions.append(f"number {side} (SELECT number FROM jobs WHERE id = ? AND owner = ?)")
            values += [after, owner]
        for word in search.split():
            conditions.append("json_extract(request, '$.prompt') LIKE ? ESCAPE '\\'")
            values.append("%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
        query = f"SELECT * FROM jobs WHERE {' AND '.join(conditions)} ORDER BY number {order} LIMIT ?"
        return self._rows(query, *values, limit)

    def claim(self) -> Job | None:
        """The job that has waited longest, now in progress."""
        rows = self._rows(
            "UPDATE jobs SET status = 'in_progress', attempts = attempts + 1 WHERE number = "
            "(SELECT number FROM jobs WHERE status = 'queued' ORDER BY number LIMIT 1) RETURNING *"
        )
        return rows[0] if rows else None

    def complete(self, job_id: str, clips: list[dict[str, Any]], comparison: dict[str, Any] | None = None) -> None:
        """The job is done, and its clips are on disk; `comparison`: how they compare, if that was asked."""
        self.database.execute(
            "UPDATE jobs SET status = 'completed', finished = ?, clips = ?, comparison = ?, error = NULL WHERE id = ?",
            (time.time(), json.dumps(clips), json.dumps(comparison), job_id),
        )

    def fail(self, job_id: str, code: str, message: str) -> None:
        """The job will not be done, and why."""
        self.database.execute(
            "UPDATE jobs SET status = 'failed', finished = ?, error = ? WHERE id = ?",
            (time.time(), json.dumps({"code": code, "message": message}), job_id),
        )

    def requeue(self, job_id: str, *, tried: bool) -> None:
        """The job waits again, at its old place; what was not its own fault does not count as an attempt."""
        less = 0 if tried else 1
        self.database.execute("UPDATE jobs SET status = 'queued', attempts = attempts - ? WHERE id = ?", (less, job_id))

    def delete(self, job_id: str) -> None:
        """The job and its files are gone; the files first, as a full disk has no room for the table to shrink."""
        self.discard(job_id)
        self.database.execute("DELETE FROM jobs WHERE id = ?", (job_id,))

    def discard(self, job_id: str) -> None:
        """The files of a job are gone, those that it was given too."""
        shutil.rmtree(self.folder(job_id), ignore_errors=True)

    def waiting(self, owner: str | None = None) -> int:
        """How many jobs are queued or in progress, of one owner or of all."""
        query = f"SELECT count(*) FROM jobs WHERE {WAITING} AND owner = ifnull(?, owner)"
        return int(self.database.execute(query, (owner,)).fetchone()[0])

    def ahead(self, job_id: str) -> int:
        """How many queued jobs come before this one."""
        query = "SELECT count(*) FROM jobs WHERE status = 'queued' AND number < (SELECT number FROM jobs WHERE id = ?)"
        return int(self.database.execute(query, (job_id,)).fetchone()[0])

    def backlog(self) -> float:
        """Seconds of work that wait, by the estimates."""
        return float(self.database.execute(f"SELECT total(expected) FROM jobs WHERE {WAITING}").fetchone()[0])

    def interrupted(self) -> list[Job]:
        """The jobs that were in progress when the last server ended without saying so."""
        return self._rows("SELECT * FROM jobs WHERE status = 'in_progress'")

    def sweep(self) -> None:
        """Remove the files of jobs that are not in the table: of uploads that never became a job."""
        kept = {row["id"] for row in self.database.execute("SELECT id FROM jobs")}
        for folder in self.files.iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def clear(self, job_id: str) -> None:
        """Remove what a job has made so far, and keep what it was given."""
        for path in self.folder(job_id).glob("*"):
            if path.name not in GIVEN:
                path.unlink(missing_ok=True)

    def _rows(self, query: str, *values: Any) -> list[Job]:
        return [_job(row) for row in self.database.execute(query, values)]


def _job(row: sqlite3.Row) -> Job:
    values = {name: row[name] for name in row.keys() if name != "number"}  # noqa: SIM118  (a Row iterates over values)
    return Job(
        **values
        | {
            "request": GenerateRequest.from_dict(json.loads(row["request"])),
            "error": json.loads(row["error"]) if row["error"] else None,
            "clips": json.loads(row["clips"]),
            "comparison": json.loads(row["comparison"] or "null"),
        }
    )
