"""Peculiar NPZ files as a whole: keys, compression, lies and traps."""

import io
import warnings
import zipfile

import numpy as np

from torture.cases import DAMAGED, EITHER, REFUSE, Case, headed, members, npy, peculiar


@peculiar("npz")
def _no_x(c: Case) -> None:
    a = c.npz()
    a["x"] = a.pop("X")
    c.expected = REFUSE


@peculiar("npz")
def _axis_twice(c: Case) -> None:
    c.npz()["mz"] = np.zeros(len(c.names))
    c.expected = REFUSE if len(c.names) > 1 else EITHER


@peculiar("npz")
def _axis_not_finite(c: Case) -> None:
    v = np.arange(len(c.names), dtype=float)
    v[0] = np.nan
    c.npz()["mz"] = v
    c.expected = EITHER
    c.names = "any"


@peculiar("npz")
def _axis_text(c: Case) -> None:
    c.npz()["mz"] = np.array([f"bin {k}" for k in range(len(c.names))])
    c.names = "any"


@peculiar("npz")
def _a_npy(c: Case) -> None:
    c.raw = npy(c.x)
    c.expected = REFUSE


@peculiar("npz")
def _other_zip(c: Case) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("X", b"hello")
        archive.writestr("label", b"hello")
    c.raw = data.getvalue()
    c.expected = REFUSE


@peculiar("npz")
def _empty_zip(c: Case) -> None:
    data = io.BytesIO()
    zipfile.ZipFile(data, "w").close()
    c.raw = data.getvalue()
    c.expected = REFUSE


@peculiar("npz")
def _compressions(c: Case) -> None:
    c.raw = members(c, c.draw.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]))


@peculiar("npz")
def _compressed_flipped(c: Case) -> None:
    data = bytearray(members(c, c.draw.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])))
    for _ in range(c.draw.choice([1, 3])):
        data[c.draw.randrange(30, max(31, len(data) - 200))] = c.draw.randrange(256)
    c.raw = bytes(data)
    c.expected = DAMAGED


@peculiar("npz")
def _encrypted(c: Case) -> None:
    # The flag alone: zipfile asks for a password before it reads.
    data = bytearray(members(c))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    c.raw = bytes(data)
    c.expected = REFUSE


@peculiar("npz")
def _unknown_compression(c: Case) -> None:
    data = bytearray(members(c))
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] = 97
            at = data.find(mark, at + 4)
    c.raw = bytes(data)
    c.expected = REFUSE


@peculiar("npz")
def _traversal(c: Case) -> None:
    c.raw = members(c, **{"../../evil.npy": npy(np.zeros(1)), "/abs.npy": npy(np.zeros(1))})
    c.expected = EITHER


@peculiar("npz")
def _twice(c: Case) -> None:
    data = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(data, "w") as archive:
        warnings.simplefilter("ignore")
        for k, v in [("X", c.x * 2), *c.npz().items()]:
            archive.writestr(f"{k}.npy", npy(v))
    c.raw = data.getvalue()
    c.expected = EITHER


@peculiar("npz")
def _lying_shape(c: Case) -> None:
    shape = c.draw.choice(["(1000000000, 1000)", "(-1, 3)", "(100000000000000000000, 2)", "(3,)", "(2, 2.5)", "'abc'"])
    c.npz().pop("X")
    c.raw = members(
        c, **{"X.npy": headed(f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}", body=b"\0" * 64)}
    )
    c.expected = REFUSE


@peculiar("npz")
def _evil_header(c: Case) -> None:
    text = c.draw.choice(
        [
            "{'descr': __import__('os').system('touch evil'), 'fortran_order': False, 'shape': (2,2)}",
            "(" * 3000,
            "{" * 150,
            "'a",
            "{'descr': 'O', 'fortran_order': False, 'shape': (2,2)}",
            "\x00\x00",
            "",
            "{'descr': '|V0', 'fortran_order': False, 'shape': (2,2)}",
            "-" * 9000 + "1",
            "{'descr': [('a','<f8')], 'fortran_order': 1, 'shape': (2,2)}",
            "{'descr': 'zz', 'fortran_order': False, 'shape': (2,2)}",
        ]
    )
    c.npz().pop("X")
    c.raw = members(c, **{"X.npy": headed(text, c.draw.choice([b"\x01\x00", b"\x02\x00", b"\x03\x00", b"\x09\x00"]))})
    c.expected = REFUSE


@peculiar("npz")
def _bomb(c: Case) -> None:
    # 4 GB of zeros in 4 MB, with the right header.
    rows = len(c.labels)
    width = 4_000_000_000 // 8 // rows
    head = headed(f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows}, {width}), }}")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("label.npy", npy(c.labels))
        with archive.open("X.npy", "w", force_zip64=True) as handle:
            handle.write(head)
            block = b"\0" * (1 << 24)
            for _ in range(rows * width * 8 // len(block)):
                handle.write(block)
            handle.write(b"\0" * (rows * width * 8 % len(block)))
    c.raw = data.getvalue()
    c.expected = REFUSE
