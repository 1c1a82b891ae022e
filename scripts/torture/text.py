"""Peculiar CSV files."""

import numpy as np

from torture.cases import EITHER, READ, REFUSE, Case, peculiar


@peculiar("csv")
def _bom(c: Case) -> None:
    c.bom = b"\xef\xbb\xbf"


@peculiar("csv")
def _crlf(c: Case) -> None:
    c.newline = "\r\n"


@peculiar("csv")
def _cr_only(c: Case) -> None:
    c.newline = "\r"
    c.expected = EITHER


@peculiar("csv")
def _latin1(c: Case) -> None:
    c.relabel(lambda k, n: f"caf\u00e9{k}")
    c.encoding = "latin-1"
    c.expected = READ


@peculiar("csv")
def _utf16(c: Case) -> None:
    c.encoding = c.draw.choice(["utf-16", "utf-16-le", "utf-32"])
    c.expected = EITHER


@peculiar("csv")
def _semicolons(c: Case) -> None:
    c.delimiter = ";"
    c.expected = READ


@peculiar("csv")
def _tabs(c: Case) -> None:
    c.delimiter = "\t"
    c.expected = READ


@peculiar("csv")
def _comma_blank(c: Case) -> None:
    c.delimiter = ", "
    c.expected = EITHER


@peculiar("csv")
def _decimal_comma(c: Case) -> None:
    c.cell('"1,5"', REFUSE)


@peculiar("csv")
def _thousands(c: Case) -> None:
    c.cell('"1,000"', REFUSE)


@peculiar("csv")
def _words(c: Case) -> None:
    c.cell(c.draw.choice(["abc", "n.d.", "<0.1", "-", "?", "1.2.3", "0x1A", "1d3", "1_000", "12e", "--1"]), REFUSE)


@peculiar("csv")
def _missing_words(c: Case) -> None:
    c.cell(
        c.draw.choice(
            [
                "",
                "NA",
                "NaN",
                "nan",
                "null",
                "None",
                "N/A",
                " ",
                "-nan",
                "<NA>",
                "n/a",
                "#N/A N/A",
                "-NaN",
                "1.#IND",
                "NULL",
            ]
        ),
        REFUSE,
    )


@peculiar("csv")
def _infinite_words(c: Case) -> None:
    c.cell(c.draw.choice(["inf", "-inf", "Infinity", "INF", "+inf", "1e400", "-1e999"]), REFUSE)


@peculiar("csv")
def _booleans_cell(c: Case) -> None:
    c.cell(c.draw.choice(["True", "False", "TRUE", "true"]), REFUSE)


@peculiar("csv")
def _booleans_column(c: Case) -> None:
    cells = c.grid()[1]
    j = c.column()
    for k, row in enumerate(cells):
        row[1 + j] = "True" if k % 2 else "False"
        c.x[k, j] = k % 2
    c.expected = EITHER


@peculiar("csv")
def _dates_column(c: Case) -> None:
    cells = c.grid()[1]
    j = c.column()
    for row in cells:
        row[1 + j] = "2024-01-02"
    c.expected = REFUSE


@peculiar("csv")
def _odd_numbers(c: Case) -> None:
    cells = c.grid()[1]
    i, j = c.row(), c.column()
    text, value = c.draw.choice(
        [
            (" 1.5 ", 1.5),
            ("+5", 5),
            (".5", 0.5),
            ("5.", 5),
            ("1E2", 100),
            ('"2.5"', 2.5),
            ("1e+02", 100),
            ("007", 7),
            ("0.1000000000000000055511151231257827", 0.1),
            ("123456789012345678901234567890", 1.2345678901234568e29),
        ]
    )
    cells[i][1 + j] = text
    c.x[i, j] = value
    if value > 1e20:
        # Beside it the other rows may all be equal once scaled, which is told.
        c.expected = EITHER


@peculiar("csv")
def _fullwidth(c: Case) -> None:
    c.cell("１.５", EITHER)
    c.expected = REFUSE


@peculiar("csv")
def _precise(c: Case) -> None:
    cells = c.grid()[1]
    rng = np.random.default_rng(c.draw.randrange(2**32))
    c.x = rng.random(c.x.shape)
    for row, values in zip(cells, c.x, strict=False):
        row[1:] = [repr(float(v)) for v in values]


@peculiar("csv")
def _integers_big(c: Case) -> None:
    cells = c.grid()[1]
    c.x = np.array([[float(c.draw.randrange(2**60)) for _ in r] for r in c.x])
    for row, values in zip(cells, c.x, strict=False):
        row[1:] = [str(int(v)) for v in values]


@peculiar("csv")
def _integers_beyond(c: Case) -> None:
    # 2**63 to 2**70
    cells = c.grid()[1]
    c.x = np.array([[float(c.draw.randrange(2**63, 2**70)) for _ in r] for r in c.x])
    for row, values in zip(cells, c.x, strict=False):
        row[1:] = [str(int(v)) for v in values]


@peculiar("csv")
def _twice(c: Case) -> None:
    h, cells = c.grid()
    h.append(h[-1])
    for r in cells:
        r.append(r[-1])
    c.expected = REFUSE


@peculiar("csv")
def _twice_the_label(c: Case) -> None:
    h, cells = c.grid()
    h.append("label")
    for r in cells:
        r.append(r[0])
    c.expected = REFUSE


@peculiar("csv")
def _unnamed_column(c: Case) -> None:
    h, cells = c.grid()
    h.insert(0, "")
    for i, r in enumerate(cells):
        r.insert(0, str(i))
    c.expected = EITHER


@peculiar("csv")
def _blank_named_column(c: Case) -> None:
    h, cells = c.grid()
    h.insert(0, " ")
    for i, r in enumerate(cells):
        r.insert(0, str(i))
    c.expected = EITHER
