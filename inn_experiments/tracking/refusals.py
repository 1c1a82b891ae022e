"""What servers, databases and their drivers say, as one line for a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from inn_experiments.contracts import UserError
from inn_experiments.contracts.secrets import masked

SPEAKERS = {"mlflow", "sqlalchemy", "alembic", "requests", "urllib3", "psycopg", "botocore", "boto3", "s3transfer"}
"""Libraries whose exceptions are what a server or database says."""
DRIVERS = {"psycopg": "postgres", "psycopg2": "postgres", "boto3": "s3"}
"""Module that is missing -> the extra that brings it."""
LONGEST = 200
"""Characters of what was said that are repeated."""
UNKNOWN, FORBIDDEN = "it does not know who you are", "you have no permission for this there"
CREDENTIALS = {
    "http": "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, are its variables",
    "postgresql": "PGPASSWORD, or PGPASSFILE with the name of a file, are its variables",
    "s3": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are its variables",
}
"""Whose password it is -> where it belongs."""
GONE = "it does not answer; is it running, and is the address right?"
FAILING = "it fails at this; its log says why"
MEANINGS = {
    GONE: (
        "max retries exceeded",
        "connection refused",
        "connection failed: connection to server",
        "connection is bad",
        "the connection is closed",
        "connection is lost",
        "connection not open",
        "terminating connection",
        "server closed the connection",
        "consuming input failed",
        "name or service not known",
        "failed to resolve",
        "timed out",
        "timeout expired",
        "could not connect to the endpoint",
        "connection aborted",
        "temporarily_unavailable",
        "error code 502",
        "error code 503",
        "error code 504",
    ),
    FAILING: ("too many 500 error responses", "error code 500", "internal_error", "internal server error"),
    UNKNOWN: (
        "unauthenticated",
        "error code 401",
        "password authentication failed",
        "no password supplied",
        "no pg_hba.conf entry",
        "unable to locate credentials",
        "nocredentials",
        "invalidaccesskeyid",
        "signaturedoesnotmatch",
    ),
    FORBIDDEN: ("permission_denied", "permission denied", "error code 403", "accessdenied", "forbidden"),
    "the database is of another version of MLflow than the installed one; the server's owner brings it up (mlflow db "
    "upgrade), or install the version that made it": ("out-of-date database schema", "can't locate revision"),
    "there is no such database; its owner makes one: createdb NAME": ('" does not exist',),
    "there is no such bucket": ("nosuchbucket",),
    "this file is not a database": ("file is not a database",),
    "another program holds the database locked": ("database is locked",),
}
"""What it means <- what is said, in small letters."""
ORDER = (*(meaning for meaning in MEANINGS if meaning not in (FAILING, GONE)), FAILING, GONE)
"""A refused password comes inside a connection that failed."""


class AwayError(UserError):
    """Nobody answers, or nobody who can; later somebody may."""


@contextmanager
def named(uri: str) -> Iterator[None]:
    """Raise UserError, naming the address, in the place of what a server, database or driver says."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        told = _told(uri, error)
        if told is None:
            raise
        raise told from error


def refused(uri: str, number: int, text: str) -> UserError:
    """The line for an answer with HTTP status 401 or 403."""
    meaning = f"{UNKNOWN}; {CREDENTIALS['http']}" if number == 401 else FORBIDDEN
    return UserError(f"{uri}: {meaning} ({_short(text)})")


def _told(uri: str, error: BaseException) -> UserError | None:
    chain, link = [], error
    while link is not None and len(chain) < 20:
        chain.append(link)
        link = link.__cause__ or link.__context__
    for each in chain:
        if isinstance(each, ModuleNotFoundError) and each.name in DRIVERS:
            extra = DRIVERS[each.name]
            return UserError(f"{uri}: this needs {each.name}: pip install 'inn-experiments[{extra}]'")
    if not any(type(each).__module__.partition(".")[0] in SPEAKERS for each in chain):
        return None
    said = " ".join(f"{type(each).__name__} {each}" for each in chain).lower()
    meaning = next((one for one in ORDER if any(phrase in said for phrase in MEANINGS[one])), "it refuses")
    if meaning == UNKNOWN:
        keeper = "s3" if "botocore" in said or "boto3" in said else "postgresql" if uri.startswith("post") else "http"
        meaning = f"{meaning}; {CREDENTIALS[keeper]}"
    kind = AwayError if meaning in (GONE, FAILING) else UserError
    return kind(f"{uri}: {meaning} ({_short(str(chain[-1]) or type(chain[-1]).__name__)})")


def _short(text: str) -> str:
    text = " ".join(masked(text).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
