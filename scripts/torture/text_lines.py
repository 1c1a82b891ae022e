"""Peculiar lines, headers and places of CSV files."""

import gzip

import numpy as np

from torture.cases import EITHER, READ, REFUSE, Case, peculiar


@peculiar("csv")
def _row_index_named(c: Case) -> None:
    h, cells = c.grid()
    h.insert(0, "Unnamed: 0")
    for i, r in enumerate(cells):
        r.insert(0, str(i))
    c.expected = EITHER
    c.names = ["Unnamed: 0", *c.names]
    c.x = np.column_stack([np.arange(len(c.x)), c.x])


@peculiar("csv")
def _header_blanks(c: Case) -> None:
    h = c.grid()[0]
    h[0] = " label "
    c.expected = EITHER


@peculiar("csv")
def _header_only(c: Case) -> None:
    c.raw = ("label," + ",".join(c.names) + "\n").encode()
    c.expected = REFUSE


@peculiar("csv")
def _no_header(c: Case) -> None:
    c.raw = b"\n".join(c.csv_bytes().split(b"\n")[1:])
    c.expected = REFUSE


@peculiar("csv")
def _empty_file(c: Case) -> None:
    c.raw = b""
    c.expected = REFUSE


@peculiar("csv")
def _blanks_file(c: Case) -> None:
    c.raw = c.draw.choice([b"\n\n\n", b"   ", b"\xef\xbb\xbf", b",,,\n", b"\0", b"\0" * 500, b'"', b'""\n'])
    c.expected = REFUSE


@peculiar("csv")
def _blank_lines(c: Case) -> None:
    cells = c.grid()[1]
    for _ in range(3):
        cells.insert(c.draw.randrange(len(cells) + 1), [""])
    c.expected = EITHER


@peculiar("csv")
def _blank_lines_before(c: Case) -> None:
    c.raw = b"\n\n" + c.csv_bytes()
    c.expected = EITHER


@peculiar("csv")
def _comment_before(c: Case) -> None:
    c.raw = b"# exported by X\n" + c.csv_bytes()
    c.expected = READ


@peculiar("csv")
def _title_before(c: Case) -> None:
    c.raw = b"My spectra,,,\n" + c.csv_bytes()
    c.expected = EITHER


@peculiar("csv")
def _short_row(c: Case) -> None:
    cells = c.grid()[1]
    cells[c.row()].pop()
    c.expected = REFUSE


@peculiar("csv")
def _long_row(c: Case) -> None:
    cells = c.grid()[1]
    cells[c.draw.choice([0, 1, len(cells) - 1])].append("1.0")
    c.expected = REFUSE


@peculiar("csv")
def _long_rows(c: Case) -> None:
    cells = c.grid()[1]
    for r in cells:
        r.append("1.0")
    c.expected = REFUSE


@peculiar("csv")
def _trailing_commas(c: Case) -> None:
    h, cells = c.grid()
    h.append("")
    for r in cells:
        r.append("")
    c.expected = EITHER


@peculiar("csv")
def _trailing_commas_rows(c: Case) -> None:
    cells = c.grid()[1]
    for r in cells:
        r.append("")
    c.expected = EITHER


@peculiar("csv")
def _open_quote(c: Case) -> None:
    cells = c.grid()[1]
    i = c.draw.randrange(1, len(cells))
    cells[i][0] = '"' + cells[i][0]
    c.expected = REFUSE


@peculiar("csv")
def _quoted_everything(c: Case) -> None:
    h, cells = c.grid()
    h[:] = [f'"{v}"' for v in h]
    for r in cells:
        r.__setitem__(slice(None), [f'"{v}"' for v in r])


@peculiar("csv")
def _null_byte(c: Case) -> None:
    data = c.csv_bytes()
    k = c.draw.randrange(len(data))
    c.raw = data[:k] + b"\0" + data[k:]
    c.expected = EITHER


@peculiar("csv")
def _gzip_inside(c: Case) -> None:
    c.raw = gzip.compress(c.csv_bytes())
    c.expected = REFUSE


@peculiar("csv")
def _repeated_header(c: Case) -> None:
    h, cells = c.grid()
    cells.insert(len(cells) // 2, list(h))
    c.expected = REFUSE


@peculiar("csv")
def _huge_field(c: Case) -> None:
    h, cells = c.grid()
    h.append("x" * 200_000)
    for r in cells:
        r.append("1")
    c.expected = EITHER


@peculiar("csv")
def _not_a_file(c: Case) -> None:
    c.name = "folder.csv"
    c.expected = REFUSE
    c.raw = None
    c.special = "folder"


@peculiar("csv")
def _fifo(c: Case) -> None:
    c.name = "fifo.csv"
    c.expected = REFUSE
    c.special = "fifo"


@peculiar("csv")
def _dangling(c: Case) -> None:
    c.name = "dangling.csv"
    c.expected = REFUSE
    c.special = "dangling"


@peculiar("csv")
def _looping(c: Case) -> None:
    c.name = "loop.csv"
    c.expected = REFUSE
    c.special = "loop"


@peculiar("csv")
def _device(c: Case) -> None:
    c.name = "null.csv"
    c.expected = REFUSE
    c.special = "device"
