"""What a person reads when something goes wrong: one line where that says it all, else the traceback."""

import errno
import sqlite3
import sys
import traceback
from pathlib import Path

from hydra._internal.utils import get_args_parser
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from inn_experiments.configuration.mistakes import of_hydra
from inn_experiments.contracts import UserError
from inn_experiments.contracts.lines import told
from inn_experiments.contracts.secrets import masked

BAD_INPUT, BROKEN = 2, 1
"""Exit statuses: a mistake of the input or the environment, and any other failure."""

_STORAGE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.EISDIR,
    errno.ENAMETOOLONG,
}
_PHRASES = {
    # What libraries say instead of passing the operating system's error on.
    "no space left on device": "no space left on device",
    "database or disk is full": "no space left on device",
    "requested and": "the file could not be written whole: no space left on device?",
    "failed writing file": "the file could not be written whole: no space left on device?",
    "readonly database": "the database mlflow.db cannot be written",
    "unable to open database file": "the database mlflow.db cannot be opened",
    "disk i/o error": "the database mlflow.db cannot be read or written (disk error)",
    "file is not a database": "mlflow.db is not a database; move it away or use another paths.outputs",
    "disk image is malformed": "the database mlflow.db is damaged; restore a copy of it, or move it away",
    "database is locked": "another program holds the database mlflow.db locked; end it, or repeat this later",
    "no such table": "the database mlflow.db lacks a table of MLflow's; restore a copy of it, or move it away",
    "no such column": "the database mlflow.db is of a version of MLflow that this program does not know",
}
_BEGINNINGS = {
    # Of a ValueError.
    "Config group override must be a string": "a group cannot be null: name one of its options (--help lists them)",
    "Config group override deletion": "a group is taken out by ~GROUP, or ~GROUP=OPTION with the option that it has",
    "The --resolve flag": "--resolve: it goes with --cfg, which shows the configuration",
    "Only one of": "--hydra-help, --version, --cfg, --info and the like: one of them at a time",
    "Expecting one subcommand": "--shell-completion: it goes with -sc install=bash, uninstall=bash or query=bash",
    "Unable to configure": "hydra.job_logging, hydra.hydra_logging: logging cannot be set up so; leave them alone",
}


def one_line(error: BaseException, outputs: Path | None = None) -> str | None:
    """The message that explains `error` without a traceback; None where only a traceback would.

    Args:
        error: what ended the run.
        outputs: the folder to name where the error itself names no file.
    """
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, (HydraException, OmegaConfBaseException, YAMLError)):
        return of_hydra(error)
    for begins, meaning in _BEGINNINGS.items():
        if isinstance(error, ValueError) and str(error).startswith(begins):
            return meaning
    if type(error).__name__ == "TerminatedWorkerError":
        return "a worker process was killed (out of memory?); the sweep ended with it"
    if type(error).__name__ == "UncompletedJobError":
        # Of submitit.
        return f"its launcher ended it: {' '.join(str(error).split())}; a repeat goes on from what is kept"
    where = f"{outputs}: " if outputs else ""
    if isinstance(error, OSError) and error.errno in _STORAGE:
        # Of what is copied or renamed the second name is the one that could not be written.
        name = error.filename2 or error.filename
        where = f"{name}: " if name else where
        return f"{where}{(error.strerror or str(error)).lower()}; paths.outputs=FOLDER writes elsewhere"
    return _of_storage(error, where)


def _of_storage(error: BaseException, where: str) -> str | None:
    """What a library says of storage, in the error or in one that it came from."""
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, (OSError, RuntimeError, sqlite3.Error)) or "sqlite3" in str(link):
            for phrase, meaning in _PHRASES.items():
                if phrase in str(link).lower():
                    return f"{where}{meaning}; paths.outputs=FOLDER writes elsewhere"
        link = link.__cause__ or link.__context__
    return None


def show(error: BaseException, outputs: Path | None = None) -> int:
    """Print what `error` means on stderr, with its traceback only where needed; returns the exit status."""
    line = one_line(error, outputs)
    if line is None:
        print(masked("".join(traceback.format_exception(error))), end="", file=sys.stderr)
        return BROKEN
    print(f"error: {told(line)}", file=sys.stderr)
    return BAD_INPUT


def unknown_flags() -> list[str]:
    """The arguments of the command line that begin with a dash and mean nothing to Hydra."""
    return get_args_parser().parse_known_args()[1]
