"""The page of a finished run: complete in itself, safe whatever the names are, every heading explained, and drawn."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread
from reports_examples import CELLS, make_report

from inn_experiments.configuration.axes import GROUPS
from inn_experiments.configuration.compose import compose
from inn_experiments.contracts import Number, Report, UserError
from inn_experiments.contracts.old_report import from_dict, read_report
from inn_experiments.measures.quantities import QUANTITIES, TREATMENTS
from inn_experiments.reports.cell.glossary import WORDS, term
from inn_experiments.reports.cell.html.__main__ import main
from inn_experiments.reports.cell.html.page import every_table, headings, page, render
from inn_experiments.reports.cell.html.pictures import MOST_BYTES, pictures
from inn_experiments.reports.cell.html.suffering import MOST, suffering
from inn_experiments.reports.panels import REAL, write_figure

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HOSTILE = (
    "<script>alert(1)</script>",
    "$x^{$",
    "\u202eevil\u202c",
    'a" onload="x',
    "{{ 7*7 }}",
    "y" * 9000,
    "a\x1b[2Jb",
)
TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "header",
    "section",
    "footer",
    "h1",
    "h2",
    "h3",
    "p",
    "strong",
}
TAGS |= {"a", "dl", "dt", "dd", "div", "span", "bdi", "table", "thead", "tbody", "tr", "th", "td", "figure", "img"}
TAGS |= {"figcaption", "ul", "li", "pre"}


class Seen(HTMLParser):
    """What a browser would see of the page: tags, attributes, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, name: str) -> list[str]:
        return [found[name] or "" for _, found in self.tags if name in found]


def hostile_report() -> Report:
    numbers = []
    for place, name in enumerate(HOSTILE):
        numbers += [
            Number("utility/same_rows/real/n_train", 10, of=name),
            Number("utility/same_rows/real/f1", 0.5, half=0.1, of=name),
            Number("utility/same_rows/synthetic/difference_f1", -0.01 * place - 0.01, half=0.005, of=name),
            Number(f"claims/{place}", 1.0, label=name),
        ]
    numbers.append(Number(f"utility/{HOSTILE[0]}/real/f1_macro", 0.5))
    read = {"line": HOSTILE[0], "name": HOSTILE[0], "rows": 70, "channels": 4, "classes": dict.fromkeys(HOSTILE, 10)}
    split = {"read": {**read, "left_out": list(HOSTILE), "notes": [HOSTILE[2]], "unit": HOSTILE[0], "axis": [1, 2]}}
    asked = {"typed": [f"data.path={HOSTILE[0]}"], "options": {"data": ["table", HOSTILE[0]]}}
    axes = {"data": HOSTILE[0], HOSTILE[0]: HOSTILE[3]}
    return Report(HOSTILE[0], 0, HOSTILE[3], axes, 3, numbers, [*HOSTILE], {}, {"x": HOSTILE[0]}, split, {}, asked)


def check_alone(text: str) -> Seen:
    """Nothing is loaded, nothing runs, and every link leads somewhere on the page."""
    seen = Seen(text)
    assert {tag for tag, _ in seen.tags} <= TAGS
    assert all(address.startswith("data:image/png;base64,") for address in seen.values("src"))
    marks = seen.values("id")
    assert all(link.startswith("#") and link[1:] in marks for link in seen.values("href"))
    assert len(marks) == len(set(marks))
    assert not any(name.startswith("on") for _, found in seen.tags for name in found)
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style and "@import" not in style
    assert "default-src 'none'" in text
    return seen


def picture(path: Path) -> Path:
    figure = Figure(figsize=(4, 2))
    figure.subplots().fill_between([0, 1], [1, 1], color=REAL)
    return write_figure(path, figure)


def recorded(folder: Path, report: Report) -> Path:
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(json.dumps(report.as_dict()))
    return folder


def told(report: Report) -> str:
    return " ".join(Seen(render(report, "2026-01-01", [], [])).text.split())


def test_hostile_names_are_shown_as_they_are_and_do_nothing() -> None:
    seen = check_alone(render(hostile_report(), "2026-01-01", [], []))
    assert "<script>alert(1)</script>" in seen.text and "$x^{$" in seen.text and "{{ 7*7 }}" in seen.text
    assert "\u202e" not in seen.text and "\\u202eevil" in seen.text and "\x1b" not in seen.text
    assert "y" * 6000 not in seen.text and "y" * 70 in seen.text


def test_the_check_of_a_page_that_loads_or_runs_something_can_fail() -> None:
    good = render(Report("cell", 0, "", {}), "2026-01-01", [], [])
    for bad in ('<img src="https://x/a.png">', "<script></script>", '<a href="http://x">', '<p onclick="x">'):
        with pytest.raises(AssertionError):
            check_alone(good.replace("<footer>", f"{bad}<footer>"))


def test_an_empty_report_says_what_is_missing_part_by_part() -> None:
    text = told(Report("cell", 3, "abc", {}))
    for words in ("was not measured", "Nothing was measured class by class", "The command is not on record", "seed 3"):
        assert words in text
    assert "None" not in text and "Figures" not in text


def test_a_report_of_the_first_form_has_a_page(tmp_path) -> None:
    seen = check_alone(page(recorded(tmp_path / "run", from_dict(make_report(CELLS[0], 0)))))
    assert "macro F1" in seen.text and "MSE prime → clean" in seen.text


@pytest.mark.parametrize("key", [*QUANTITIES])
def test_every_quantity_is_explained_by_an_entry_of_its_own(key) -> None:
    found = term(key)
    assert found is not None and found.mark == f"g-{key.replace('/', '-')}" and found.words.endswith(".")


def test_the_glossary_knows_the_words_that_there_are_and_no_others() -> None:
    known = {*QUANTITIES, *(f"trained/{name}" for name in TREATMENTS)}
    known |= {
        "interval",
        "trivial",
        "class_linear",
        "fresh",
        "halves",
        "rows",
        "chance",
        "p",
        "same_rows",
        "disjoint",
        "value",
    }
    assert {*WORDS["words"]} <= known and {*WORDS["names"]} <= known
    assert all(term(f"trained/{name}") is not None for name in TREATMENTS)
    unsaid = {"tracking"}
    assert {*GROUPS} - unsaid <= {*WORDS["axes"]}


def test_real_runs_have_a_page_on_which_every_heading_is_explained(run, tmp_path) -> None:
    few = ("data=checker", "data.rows=60", "data.val_rows=20", "data.test_rows=60", "data.fresh_rows=60")
    quick = (*few, "trainer=smoke", "utility=smoke", "tracking=none")
    cells = (
        ("method=svd", "geometry=per_class", "geometry.rows=12", "utility.classifiers=[forest,cosine]"),
        ("generator=gaussian", "autoencoder=plain", "+utility.reconstructed=true", "utility.amount=auto"),
    )
    for cell in cells:
        status, _, said = run(*cell, *quick)
        assert (status, said) == (0, ""), said
    folders = [*(tmp_path / "out" / "runs").iterdir()]
    assert len(folders) == len(cells)
    for folder in folders:
        text, report = (folder / "report.html").read_text(encoding="utf-8"), read_report(folder / "report.json")
        seen = check_alone(text)
        assert page(folder) == text, "made again it is the same"
        assert len(seen.values("src")) == len([*(folder / "figures").glob("*.png")]) > 0
        assert all(seen.values("alt")) and len(text) < 3_000_000
        for block in (block for found in every_table(report).values() for block in found):
            assert all(entry.key for entry in block.head[1:] if entry.text not in ("this cell", "real"))
            assert all(term(entry.key) for entry in headings(block))
            named = block.head[0].key or all(row[0].key for row in block.rows)
            assert named or block.head[0].text in ("claim", "geometry"), "rows are classes or statements"
        assert f"python -m inn_experiments {report.asked['typed'][0]}" in seen.text
        assert "to see that everything runs" in seen.text and "seed 0" in seen.text


def test_the_page_is_made_again_from_a_folder_and_a_mistake_is_one_line(tmp_path, capsys) -> None:
    folder = recorded(tmp_path / "run", Report("cell", 0, "", {}))
    assert main([str(folder)]) == 0 and (folder / "report.html").is_file()
    assert capsys.readouterr().out.strip() == str(folder / "report.html")
    assert main([str(tmp_path)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"error: {tmp_path}: no report.json there; give the folder of a finished run"
    ]
    (folder / "report.json").write_text("{")
    with pytest.raises(UserError, match="cannot be read"):
        page(folder)


def test_figures_come_in_their_order_and_those_without_room_are_named(tmp_path) -> None:
    for name in ("zebra", "pca", "real_and_generated"):
        picture(tmp_path / f"{name}.png")
    (tmp_path / "difference.png").write_bytes(bytes(MOST_BYTES))
    shown, left = pictures(tmp_path)
    assert [one.title for one in shown] == ["Real and generated", "PCA", "Zebra"] and left == ["difference.png"]
    text = render(Report("cell", 0, "", {}), "2026-01-01", shown, left)
    assert "difference.png" in Seen(text).text and check_alone(text)
    assert pictures(tmp_path / "nowhere") == ([], [])


def classes(values: dict[str, tuple[float, float]]) -> Report:
    numbers = []
    for name, (value, half) in values.items():
        numbers += [
            Number("utility/same_rows/real/n_train", 7, of=name),
            Number("utility/same_rows/real/f1", 0.5, half=0.1, of=name),
            Number("utility/same_rows/synthetic/difference_f1", value, half=half, of=name),
        ]
    return Report("cell", 0, "", {}, numbers=numbers)


def test_the_classes_that_lose_beyond_chance_come_first() -> None:
    words, block = suffering(
        classes({"up": (0.2, 0.1), "unsure": (-0.3, 0.4), "sure": (-0.1, 0.05), "flat": (0.0, 0.1)})
    )
    assert [row[0].text for row in block.rows] == ["sure", "unsure"]
    assert [row[3].tone for row in block.rows] == ["bad", ""] and block.rows[0][1].text == "7"
    assert words.startswith("2 of 4 classes") and "1 of them beyond chance" in words
    assert len(block.head) == 4, "what was not measured has no column"


def test_a_class_that_is_told_from_real_rows_suffers_too_and_few_are_shown() -> None:
    told = [
        Number("test/samples/c2st", 0.9, low=0.8, high=1.0, of="odd"),
        Number("test/samples/c2st", 0.5, low=0.4, high=0.6, of="fine"),
    ]
    fresh = [Number("fresh/samples/c2st", 0.5, low=0.4, high=0.6, of=name) for name in ("odd", "fine")]
    assert [row[0].text for row in suffering(Report("cell", 0, "", {}, numbers=told + fresh))[1].rows] == ["odd"]
    words, block = suffering(classes({str(place): (-0.1, 0.2) for place in range(30)}))
    assert len(block.rows) == MOST and "30 of 30" in words and "none of them beyond chance" in words
    words, block = suffering(classes({"up": (0.1, 0.2)}))
    assert not block.rows and "none does worse" in words


def test_what_is_kept_for_sampling_is_told_apart_from_what_was_measured() -> None:
    report = Report("cell", 0, "", {}, split={"train": 40})
    assert "of the training on the 40 training rows alone" in told(report)
    for kept, words in (
        ({"part": "all", "rows": 60}, "a training on all 60 rows"),
        ({"part": "train", "rows": 40}, "the same training"),
    ):
        report.kept = kept
        assert words in told(report)


def test_what_was_asked_is_told_in_the_words_of_the_options() -> None:
    from inn_experiments.configuration.help import meanings

    cell = compose("method=svd", "utility=smoke")
    found = meanings(cell)
    assert found["utility"][0] == "smoke" and "tracking" not in found and "geometry" not in found
    assert {"data", "generator", "method", "trainer"} <= {*found} and all(words for _, words in found.values())
    assert "trainer" not in meanings(compose("generator=bootstrap"))
    report = Report("cell", 0, "", cell.axes, asked={"typed": [], "options": found})
    assert found["method"][1] in told(report)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here to draw the page")
def test_chromium_draws_the_page_without_a_word_of_complaint(tmp_path) -> None:
    folder = recorded(tmp_path / "run", hostile_report())
    picture(folder / "figures" / "real_and_generated.png")
    address = folder / "report.html"
    address.write_text(page(folder), encoding="utf-8")
    assert not complaints(tmp_path, address, f"--screenshot={tmp_path / 'page.png'}")
    pixels = imread(tmp_path / "page.png")[:, :, :3]
    dark = (pixels.max(axis=2) < 0.4).mean()
    blue = np.abs(pixels - np.array([int(REAL[at : at + 2], 16) for at in (1, 3, 5)]) / 255).max(axis=2) < 0.02
    assert 0.005 < dark < 0.3 and blue.sum() > 1000, "there are words, and the figure is drawn"
    assert not complaints(tmp_path, address, f"--print-to-pdf={tmp_path / 'page.pdf'}")
    assert len(re.findall(rb"/Type /Page\b", (tmp_path / "page.pdf").read_bytes())) >= 2
    # Were something loaded, or did something run, it would be heard of.
    address.write_text(page(folder).replace("<footer>", '<img src="http://x.invalid/a.png"><script>1</script><footer>'))
    assert len(complaints(tmp_path, address, f"--screenshot={tmp_path / 'page.png'}")) == 2


def complaints(room: Path, address: Path, *options: str) -> list[str]:
    """What the browser's console says of a page, without any network."""
    quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")
    where = ("--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={room / 'profile'}", "--window-size=900,5000")
    line = [CHROMIUM, *quiet, *where, "--enable-logging=stderr", *options, address.as_uri()]
    done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=120)
    return [each for each in done.stderr.splitlines() if ":CONSOLE" in each]
