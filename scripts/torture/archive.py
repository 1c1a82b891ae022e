"""Peculiar NPZ files."""

import io
import warnings
import zipfile

import numpy as np

from torture.cases import DAMAGED, EITHER, READ, REFUSE, Case, headed, members, npy, peculiar


@peculiar("npz")
def _object(c: Case) -> None:
    c.npz()["X"] = c.x.astype(object)
    c.expected = REFUSE


@peculiar("npz")
def _object_label(c: Case) -> None:
    c.npz()["label"] = np.array(c.labels, dtype=object)
    c.expected = REFUSE


@peculiar("npz")
def _object_other(c: Case) -> None:
    c.npz()["other"] = np.array([{"a": 1}], dtype=object)


@peculiar("npz")
def _object_axis(c: Case) -> None:
    c.npz()["mz"] = np.array([str(v) for v in c.names], dtype=object)
    c.expected = REFUSE


@peculiar("npz")
def _kinds(c: Case) -> None:
    kind, right = c.draw.choice(
        [
            ("f4", READ),
            ("f2", READ),
            (">f8", READ),
            ("i4", READ),
            (">u2", READ),
            ("u8", READ),
            ("?", EITHER),
            ("c16", REFUSE),
            ("U8", REFUSE),
            ("S8", REFUSE),
            ("longdouble", READ),
            ("M8[s]", REFUSE),
            ("m8[s]", REFUSE),
        ]
    )
    c.x = np.round(c.x / c.x.max() * 100) + 1
    c.npz()["X"] = c.x.astype("i8").astype(kind) if "8[" in kind else c.x.astype(kind)
    c.expected = right
    if kind == "?":
        c.x = c.x.astype(bool).astype(float)
        c.expected = EITHER


@peculiar("npz")
def _fortran(c: Case) -> None:
    c.npz()["X"] = np.asfortranarray(c.x)


@peculiar("npz")
def _structured(c: Case) -> None:
    c.npz()["X"] = np.zeros(len(c.labels), dtype=[("a", "f8"), ("b", "f8")])
    c.expected = REFUSE


@peculiar("npz")
def _shapes(c: Case) -> None:
    c.npz()["X"] = c.draw.choice(
        [
            np.array(1.0),
            c.x[:, 0],
            c.x[:, :, None],
            c.x[:, :0],
            c.x[:0],
            c.x.T if c.x.shape[0] != c.x.shape[1] else np.array(1.0),
        ]
    )
    c.expected = REFUSE


@peculiar("npz")
def _label_shapes(c: Case) -> None:
    a = c.npz()
    a["label"] = c.draw.choice([a["label"][:-1], a["label"][:, None], np.array("a"), np.concatenate([a["label"]] * 2)])
    c.expected = REFUSE


@peculiar("npz")
def _label_int(c: Case) -> None:
    c.relabel(lambda k, _: str(k))
    c.npz()["label"] = np.array([int(label) for label in c.labels])


@peculiar("npz")
def _label_whole_float(c: Case) -> None:
    c.relabel(lambda k, _: str(k))
    c.npz()["label"] = np.array([float(label) for label in c.labels])
    c.expected = EITHER
    c.truth_labels = [f"{label}.0" for label in c.labels]


@peculiar("npz")
def _label_float_missing(c: Case) -> None:
    c.relabel(lambda k, _: str(k))
    v = np.array([float(label) for label in c.labels])
    v[0] = np.nan
    c.npz()["label"] = v
    c.expected = REFUSE


@peculiar("npz")
def _label_bytes(c: Case) -> None:
    c.npz()["label"] = np.array([label.encode() for label in c.labels])
    c.expected = EITHER


@peculiar("npz")
def _label_datetime(c: Case) -> None:
    names = sorted(set(c.labels))
    c.npz()["label"] = np.array([names.index(label) for label in c.labels]).astype("M8[D]")
    c.expected = EITHER
    c.truth_labels = "any"


@peculiar("npz")
def _label_nat(c: Case) -> None:
    names = sorted(set(c.labels))
    v = np.array([names.index(label) for label in c.labels]).astype("M8[D]")
    v[0] = "NaT"
    c.npz()["label"] = v
    c.expected = REFUSE


@peculiar("npz")
def _label_complex(c: Case) -> None:
    names = sorted(set(c.labels))
    c.npz()["label"] = np.array([names.index(label) * 1j for label in c.labels])
    c.expected = EITHER
    c.truth_labels = "any"


@peculiar("npz")
def _label_structured(c: Case) -> None:
    c.npz()["label"] = np.zeros(len(c.labels), dtype=[("a", "i4")])
    c.expected = REFUSE


@peculiar("npz")
def _label_is_x(c: Case) -> None:
    c.npz()
    c.label = "X"
    c.expected = REFUSE


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
