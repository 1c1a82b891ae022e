"""Passwords in texts that people read: those of URIs, and what the environment holds for servers and databases."""

import os
import re

PASSWORD = re.compile(r"([A-Za-z][\w+.-]*://[^/\s:@]*):(?!/|\d+/)[^\s@]+@")
"""A URI with a user and a password."""
QUERY = re.compile(r"([A-Za-z][\w+.-]*://\S*?[?&](?:password|passwd|pwd|sslpassword|token)=)[^&\s'\"]+", re.IGNORECASE)
"""A URI that tells the password behind its question mark, as databases allow it."""
VARIABLES = (
    "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_TOKEN",
    "PGPASSWORD",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)
"""Variables of the environment whose values are nobody's to read."""
SHORTEST = 4
"""Characters of a value that is looked for by itself; a shorter one is part of ordinary words."""


def masked(text: str) -> str:
    """The text with the passwords of its URIs, and those that the environment holds, replaced.

    Example:
        >>> masked("see postgresql://me:secret@host/db")
        'see postgresql://me:***@host/db'
        >>> masked("see postgresql://host/db?password=secret&user=me")
        'see postgresql://host/db?password=***&user=me'
    """
    text = QUERY.sub(r"\1***", PASSWORD.sub(r"\1:***@", text))
    for name in VARIABLES:
        value = os.environ.get(name, "")
        if len(value) >= SHORTEST:
            text = text.replace(value, "***")
    return text
