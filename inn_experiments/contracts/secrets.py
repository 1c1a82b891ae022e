"""Secrets in texts, by the forms in which they are written: passwords and tokens that nobody is to read."""

import os
import re
from collections.abc import Callable
from functools import cache, lru_cache, partial

_STRONG = {"password", "passwd", "passphrase", "passcode", "pwd", "token", "secret", "secrets", "credential"}
_STRONG |= {"credentials", "apikey", "authorization"}
_WEAK = {"pass", "key", "auth", "sig", "signature", "jwt", "cookie", "pat"}
_ENDS = ("password", "passwd", "passphrase", "token", "secret", "apikey", "accesskey", "secretkey", "privatekey")
_KEYS = re.compile(r"(api|access|account|private|secret|shared|signing|encryption|session|auth|license|client)\Wkey")
_FOLDERS = {"PWD", "OLDPWD"}
"""Variables of every shell that are called like a password, and hold a folder."""

_KNOWN = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|hf_[A-Za-z0-9]{20,}|sk-[\w-]{20,}|xox[abeprs]-[\w-]{10,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}\b|AIza[\w-]{35}|dapi[0-9a-f]{32}|pypi-[\w-]{40,}|npm_[A-Za-z0-9]{36}"
    r"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*)"
)
"""Tokens of well-known services, web tokens and private keys, which tell what they are."""
_HEADER = re.compile(
    r"(?i)(\bauthorization\b[\"']?\s*[:=]\s*[\"']?(?:\w+\s+)?|\bbearer\s+(?=[\w.~+/=-]{16}))[^\s\"',;]+"
)
_WITH_PASSWORD = re.compile(r"(?<![\w+.-])([\w+.-]+)://([^/\s:]*):(?!/|\d+(?:[/?#\s]|\Z))(\S*)@")
_WITH_USER = re.compile(r"(?<![\w+.-])([\w+.-]+)://([^/\s:@]+)@")
_SETTING = re.compile(r"(?<![\w.-])([\w.-]+)(?:\s*=\s*|[\"']\s*:\s*(?=[\"']))")
_QUERY = re.compile(r"[?&;]([\w.-]+)=")
_VALUE = re.compile(r"(?![\"']?(?:\$\{|\*{3}))(?:\"[^\"]*\"|'[^']*'|[^\s&;]+)")
_CERTAIN = (
    "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_TOKEN",
    "PGPASSWORD",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)
"""Variables whose values are looked for whatever they look like, from SHORTEST characters on."""
SHORTEST = 4
_LONG_USER = 20
"""Letters from which on a user's name in a URI is taken for a token."""


def masked(text: str) -> str:
    """The text with what looks like a secret replaced: one that stays as it is holds none of a known form.

    These forms are a password or a token before the host of a URI, a setting that is called like a secret (in a
    query, a connection string or a mapping), a header of authorisation, tokens of well-known services, private keys,
    and the value of an environment variable that is called like a secret.

    Example:
        >>> masked("see postgresql://me:secret@host/db?sslpassword=x and https://abcdef@host")
        'see postgresql://me:***@host/db?sslpassword=*** and https://***@host'
    """
    return _masked(text, secret_values())


@lru_cache(maxsize=10_000)
def _masked(text: str, values: tuple[str, ...]) -> str:
    for value in values:
        text = text.replace(value, "***")
    text = _WITH_PASSWORD.sub(_user, text)
    text = _WITH_USER.sub(lambda m: f"{m[1]}://***@" if _is_token(m[1], m[2]) else m[0], text)
    text = _HEADER.sub(r"\1***", text)
    text = _settings(_QUERY, text, weak=True)
    text = _settings(_SETTING, text, weak=False)
    return _KNOWN.sub("***", text)


def masker() -> Callable[[str], str]:
    """`masked` for many texts, for which the environment is looked through once."""
    return partial(_masked, values=secret_values())


@lru_cache(maxsize=10_000)
def is_secret_name(name: str, *, weak: bool = False) -> bool:
    """Whether something with this name is a secret.

    Args:
        name: of a setting, dotted or not, or of an environment variable.
        weak: words count as well that mean other things elsewhere, such as key and pass.

    Example:
        >>> [is_secret_name(name) for name in ("tracking.token", "dbPassword", "tokens", "key")]
        [True, True, False, False]
    """
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).lower()
    words = re.sub(r"[^a-z0-9]+", " ", words).strip()
    known = _STRONG | _WEAK if weak else _STRONG
    return bool(known & set(words.split()) or words.endswith(_ENDS) or _KEYS.search(words))


@cache
def is_secret_variable(name: str) -> bool:
    """Whether an environment variable with this name is a secret.

    Example:
        >>> [is_secret_variable(name) for name in ("API_KEY", "DB_PASS", "PWD", "HOME")]
        [True, True, False, False]
    """
    return name not in _FOLDERS and is_secret_name(name, weak=True)


def _settings(names: re.Pattern[str], text: str, *, weak: bool) -> str:
    """The text without the values of settings that are called like a secret."""
    parts, place = [], 0
    for found in names.finditer(text):
        if found.start() < place or not is_secret_name(found[1], weak=weak):
            continue
        if value := _VALUE.match(text, found.end()):
            parts += [text[place : found.end()], "***"]
            place = value.end()
    return "".join([*parts, text[place:]])


def secret_values() -> tuple[str, ...]:
    """The values of secret variables that are nothing else by chance, longest first."""
    found = [value for name, value in os.environ.items() if is_secret_variable(name) and _is_secret_like(value)]
    found += [value for name in _CERTAIN if len(value := os.environ.get(name, "")) >= SHORTEST]
    return tuple(sorted(found, key=len, reverse=True))


def _is_secret_like(value: str) -> bool:
    place = value.startswith(("/", "~", ".")) or ("/" in value and os.path.exists(value))  # noqa: PTH110 (may be no path)
    return len(value) >= 10 and not place and bool(re.search(r"\d", value) and re.search(r"[A-Za-z]", value))


def _user(found: re.Match[str]) -> str:
    scheme, user, password = found.groups()
    # A token may stand where the user's name does, with nothing or a fixed word for the password.
    alone = password in ("", "x-oauth-basic") or _is_token(scheme, user)
    return f"{scheme}://{'' if alone else f'{user}:'}***@"


def _is_token(scheme: str, user: str) -> bool:
    """Whether what stands for a user's name is a token, which on the web it always may be."""
    return scheme.lower().endswith(("http", "https")) or len(user) >= _LONG_USER
