"""The pages as a site: `make docs` writes it to site/. The source is the whole repository, so that links are those of the files."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from inn_experiments import __version__ as release  # noqa: E402

project = "inn_experiments"
author = "the inn_experiments authors"
html_title = f"{project} {release}"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**"]
exclude_patterns = ["docs/**/*.py"]

# Headings are linked as on a repository's page.
myst_heading_anchors = 4
myst_links_external_new_tab = False
suppress_warnings = ["myst.header"]  # a level may be left out, as in lists of changes

html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"top_of_page_buttons": []}

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_type_aliases = {"ArrayLike": "ArrayLike"}
# The docstrings' backticks are of Markdown.
default_role = "code"

TREES = {
    "To use it": [
        "README",
        *(
            f"docs/{name}"
            for name in (
                "install data methods report sample recommend sweeps tuning mlflow python options scale cache".split()
            )
        ),
    ],
    "By method": [f"docs/{name}" for name in "few_rows diffusion gan_vae records2d plane presets".split()],
    "What came out": [*(f"docs/{name}" for name in "results claims differences".split()), "docs/results/*"],
    "The project": ["docs/api", "CONTRIBUTING", "CHANGELOG", "SECURITY", "docs/*"],
}
"""Heading of the contents -> its pages; the last star takes what is in none."""


def contents(app: Sphinx, page: str, text: list[str]) -> None:
    """Give the page of all pages its contents, which a repository's page would show as code."""
    if page == root_doc:
        for heading, pages in TREES.items():
            listed = "\n".join(f"/{name}" for name in pages)
            text[0] += f"\n```{{toctree}}\n:hidden:\n:glob:\n:caption: {heading}\n\n{listed}\n```\n"


def entrance(app: Sphinx, error: Exception | None) -> None:
    """The site's own index.html leads to the page of all pages."""
    if error is None and app.builder.name == "html":
        page = f'<!doctype html><meta http-equiv="refresh" content="0; url={root_doc}.html"><title>{project}</title>\n'
        (Path(app.outdir) / "index.html").write_text(page, encoding="utf-8")


def plain(app: Sphinx, what: str, name: str, subject: object, options: object, lines: list[str]) -> None:
    """Formulas such as |x| or x_ are no markup."""
    for number, line in enumerate(lines):
        if ">>>" not in line:
            # What stands between backticks is left alone, and so are names of attributes, `classes_:`.
            parts = re.split(r"(`[^`]*`)", line)
            parts[::2] = [re.sub(r"[*|]|(?<=\w)_(?![\w:,])", r"\\\g<0>", part) for part in parts[::2]]
            lines[number] = "".join(parts)


def setup(app: Sphinx) -> None:
    """Tie the functions above to the build."""
    app.connect("source-read", contents)
    app.connect("build-finished", entrance)
    app.connect("autodoc-process-docstring", plain, priority=400)
