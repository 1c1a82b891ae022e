"""Where runs go on record: in the outputs folder, in a database, or on an MLflow server."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from inn_experiments.contracts import UserError, write_text
from inn_experiments.tracking import store

VARIABLE, LOCAL = "MLFLOW_TRACKING_URI", "local"
"""MLflow's own variable, and the word for the outputs folder in spite of it."""
SERVERS, POSTGRES, SQLITE = ("http", "https"), ("postgresql", "postgres", "postgresql+psycopg"), ("sqlite",)
NOTE = "tracking.uri"
"""File in an outputs folder with the address, without a password, that its runs went to last."""
SECRETS = ("password", "sslpassword")
"""What a database's URI may say behind its question mark and nobody else is to read."""


def chosen(outputs: Path, told: str | None) -> str | None:
    """The URI that runs of this outputs folder go to, without a password; None: its own database.

    A password of MLFLOW_TRACKING_URI goes into the variables that MLflow and PostgreSQL read it from.

    Args:
        outputs: the folder.
        told: `tracking.uri`; None: what MLFLOW_TRACKING_URI says, if it is set.

    Raises:
        UserError: for a scheme that this program does not know.
    """
    name, uri = ("tracking.uri", told) if told else (VARIABLE, os.environ.get(VARIABLE))
    if not uri or uri == LOCAL:
        return None
    clean = _without_secrets(uri, name)
    own = clean.startswith("sqlite:") and sqlite_file(clean) == store.database(outputs).absolute()
    return None if own else clean


def asked(outputs: Path) -> tuple[bool, str | None]:
    """(whether its own database counts, the URI to ask beside it or None) for those who read an outputs folder.

    MLFLOW_TRACKING_URI names the one place; else it is the folder's database, and where its runs went to last.
    """
    if os.environ.get(VARIABLE):
        uri = chosen(outputs, None)
        return uri is None, uri
    note = outputs / NOTE
    return True, chosen(outputs, note.read_text(encoding="utf-8").strip()) if note.is_file() else None


def remember(outputs: Path, uri: str) -> None:
    """Note in the outputs folder where its runs go, for the commands that read them."""
    note = outputs / NOTE
    if not note.is_file() or note.read_text(encoding="utf-8").strip() != uri:
        write_text(note, f"{uri}\n")


def is_server(uri: str) -> bool:
    """Whether the URI is an MLflow server's, not a database's."""
    return urlsplit(uri).scheme in SERVERS


def sqlite_file(uri: str) -> Path:
    """The absolute path of the database in `sqlite:///FILE`."""
    return Path(unquote(urlsplit(uri).path).removeprefix("/")).absolute()


@cache
def tell(line: str) -> None:
    """Say something on stderr, once a process."""
    print(line, file=sys.stderr, flush=True)


def _without_secrets(uri: str, name: str) -> str:
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UserError(f"{name}: this is no address; write e.g. http://HOST:5000") from None
    if parts.scheme not in (*SERVERS, *POSTGRES, *SQLITE):
        raise UserError(
            f"{name}: {parts.scheme or 'no'}:// is not known; runs go to an MLflow server (http://, https://), into a "
            f"database (postgresql://, sqlite:///FILE), or with tracking.uri={LOCAL} into paths.outputs"
        )
    if parts.scheme in SQLITE:
        if not parts.path.strip("/") or parts.netloc:
            raise UserError(f"{name}: write sqlite:///FILE, or sqlite:////FOLDER/FILE for an absolute path")
        return f"sqlite:///{sqlite_file(uri)}"
    if not host and parts.scheme in SERVERS:
        raise UserError(f"{name}: it names no host; write e.g. {parts.scheme}://HOST:5000")
    place = f"[{host}]" if ":" in host else host
    place = place if port is None else f"{place}:{port}"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    query = parse_qsl(parts.query, keep_blank_values=True)
    if parts.scheme in SERVERS:
        if user or password:
            _keep(MLFLOW_TRACKING_USERNAME=user, MLFLOW_TRACKING_PASSWORD=password)
        return urlunsplit((parts.scheme, place, parts.path.rstrip("/"), "", ""))
    password = next((value for key, value in query if key == "password"), password)
    _keep(PGPASSWORD=password)
    rest = urlencode([(key, value) for key, value in query if key not in SECRETS])
    return urlunsplit(("postgresql", f"{parts.username}@{place}" if user else place, parts.path, rest, ""))


def _keep(**values: str) -> None:
    os.environ.update({name: value for name, value in values.items() if value})
