"""The pages as a site, in site/ (make docs). Its source is the whole repository: links are those between the files."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from inn_experiments import __version__ as release  # noqa: E402

project = "inn_experiments"
project_copyright = author = "the inn_experiments authors"
html_title = f"{project} {release}"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**"]
exclude_patterns = ["docs/**/*.py", "docs/results/readings/*"]

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
    "To use it": (
        "README docs/install docs/data docs/methods docs/report docs/sample docs/recommend docs/sweeps docs/tuning "
        "docs/mlflow docs/python docs/options docs/scale docs/cache"
    ),
    "By method": "docs/few_rows docs/diffusion docs/gan_vae docs/records2d docs/plane docs/presets",
    "What came out": "docs/results docs/claims docs/differences",
    "The project": "docs/api CONTRIBUTING CHANGELOG SECURITY",
}
"""Heading of the contents -> its pages; those that are in none come after the last."""


def contents(app: Sphinx, page: str, text: list[str]) -> None:
    """Give the page of all pages its contents, which a repository's page would show as code."""
    if page != root_doc:
        return
    named = {heading: pages.split() for heading, pages in TREES.items()}
    known = {root_doc, *(name for pages in named.values() for name in pages)}
    others = [name for name in sorted(app.env.found_docs - known) if not name.startswith("docs/results/")]
    for heading, pages in named.items():
        listed = "\n".join(f"/{name}" for name in [*pages, *(others if heading == "The project" else [])])
        text[0] += f"\n```{{toctree}}\n:hidden:\n:maxdepth: 1\n:caption: {heading}\n\n{listed}\n```\n"
    text[0] += "\n```{toctree}\n:hidden:\n:maxdepth: 1\n:glob:\n:caption: Measured\n\n/docs/results/*\n```\n"


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


def short(app: Sphinx, *about: object) -> tuple[str | None, str | None]:
    """Aliases of types go by their name."""
    plainly = [text and re.sub(r"TypeAliasForwardRef\('(\w+)'\)", r"\1", text) for text in about[-2:]]
    return plainly[0], plainly[1]


def setup(app: Sphinx) -> None:
    """Tie the functions above to the build."""
    app.connect("source-read", contents)
    app.connect("build-finished", entrance)
    app.connect("autodoc-process-docstring", plain, priority=400)
    app.connect("autodoc-process-signature", short)
