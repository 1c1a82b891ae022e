"""Which texts are taken for secrets: what would give one away is replaced, and what is ordinary stays."""

from __future__ import annotations

import random
import string

import pytest

from inn_experiments.contracts.lines import told, visible
from inn_experiments.contracts.secrets import is_secret_variable, masked

LETTERS = string.ascii_letters + string.digits
FORMS = (
    "https://{}@host/x",
    "git+https://{}:x-oauth-basic@host",
    "HTTPS://me:{}@host:80/x",
    "redis://:{}@host",
    "postgresql://me@corp:{}@host/db",
    "postgresql://me:p@{}@host/db",
    "postgresql://host/db?user=me&password={}",
    "postgresql://host/db?sslpassword={}&sslmode=require",
    "https://host/rows.csv?token={}#x",
    "https://host/rows.csv?sv=1&sig={}",
    "https://host/x?url=https://host?token={}",
    "https://host/rows.csv?api_key={}",
    "https://host/rows.csv?key={}",
    "host=db user=me password={}",
    "Server=db;Pwd={};",
    "AccountName=a;AccountKey={};",
    "DB_PASSWORD='{}'",
    "DB_PASSWORD='two {} words'",
    "password=a,b}}{}",
    '{{"client_secret": "{}"}}',
    "{{'accessToken': '{}', 'x': 1}}",
    "Authorization: Bearer {}",
    "authorization=Basic {}",
    "'Authorization': 'token {}'",
    "curl -H bearer {}",
    "ghp_{}",
    "glpat-{}",
    "hf_{}",
    "sk-{}",
    "eyJhbGciOiJIUzI1NiJ9.{}.x",
    "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\n{}",
)


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_of_a_known_form_is_replaced_wherever_it_stands(form: str) -> None:
    draw = random.Random(form)
    for before, after in (("", ""), ("see ", " there"), ("'", "'"), ("[('", "',)]"), ("a=b,", "\n")):
        secret = "".join(draw.choices(LETTERS, k=24))
        shown = masked(f"{before}{form.format(secret)}{after}")
        assert secret not in shown and "***" in shown and shown.startswith(before), shown
        assert masked(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "ssh://git@host/x",
        "postgresql://me@host/db",
        "http://host:80/a@b",
        "http://host:80?x=a@b",
        "https://host/a?page=2&tokens=5",
        "data.label=token",
        "trainer.epochs=3",
        "{pass: 5, fail: 5}",
        "classes={key: 5}",
        "a token: of respect",
        "file:///home/me:you@here",
        "the key `data.path`: not found",
        "hydra.sweeper.password=${oc.env:DB}",
        "1/2-DCE:water",
    ],
)
def test_what_is_ordinary_stays(text: str) -> None:
    assert masked(text) == text


def test_the_value_of_a_secret_variable_is_replaced_and_that_of_another_is_not(monkeypatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "abc123def456")
    monkeypatch.setenv("SOME_PLACE", "zzz123zzz456")
    # Words, numbers and folders may well mean something else.
    monkeypatch.setenv("OTHER_KEY", "bootstrap")
    monkeypatch.setenv("KEY_FOLDER", "/home/me/data1")
    text = "abc123def456 zzz123zzz456 bootstrap /home/me/data1"
    assert masked(text) == text.replace("abc123def456", "***")


@pytest.mark.parametrize("name", ["PATH", "HOME", "PWD", "OLDPWD", "KEYBOARD", "INN_FOLDER", "TOKENIZERS_PARALLELISM"])
def test_ordinary_variables_are_no_secrets(name: str) -> None:
    assert not is_secret_variable(name)


def test_a_message_is_one_line_without_secrets() -> None:
    assert told("a\nb\x1b[31m\u202e password=x") == r"a\nb\x1b[31m\u202e password=***"
    assert visible("é שלום 🧪") == "é שלום 🧪"
