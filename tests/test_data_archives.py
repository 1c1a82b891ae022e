"""NPZ files: read right or refused in one line, whatever bytes they hold, and never before their size is asked."""

from __future__ import annotations

import io
import random
import resource
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

from inn_experiments.contracts import UserError, memory
from inn_experiments.data.archives import opened
from inn_experiments.data.tables.archive import read_table_archive

X = np.random.default_rng(0).random((6, 4))
LABELS = np.array(list("ababab"))
AXIS = np.array([1100.0, 1102.0, 1104.0, 1106.5])


def read_archive(path: Path, columns: dict[str, str], axis: str | None = None) -> tuple:
    read = read_table_archive(path, columns, axis=axis)
    return read.x, read.texts, read.names, read.axis


def npy(array: np.ndarray) -> bytes:
    data = io.BytesIO()
    np.lib.format.write_array(data, np.asarray(array))
    return data.getvalue()


def header(text: str, version: int = 1, body: bytes = b"\0" * 64) -> bytes:
    raw = text.encode("latin-1") + b"\n"
    size = len(raw).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + size + raw + body


def members(path: Path, *more: tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    """An NPZ whose member `X` is as given, else as it should be."""
    own = {"X.npy": npy(X), "label.npy": npy(LABELS)}
    kept = [(name, data) for name, data in own.items() if name not in dict(more)]
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", compression) as archive:
        warnings.simplefilter("ignore")
        for name, data in [*kept, *more]:
            archive.writestr(name, data)
    return path


def marked(path: Path, local: int, central: int, value: int) -> Path:
    """The NPZ with one byte of every member's two descriptions set."""
    data = bytearray(members(path).read_bytes())
    for mark, place in ((b"PK\x03\x04", local), (b"PK\x01\x02", central)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] = value
            at = data.find(mark, at + 4)
    path.write_bytes(bytes(data))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(UserError) as error:
        read_archive(path, {"label": "label"})
    text = str(error.value)
    assert str(path) in text and len(text.splitlines()) == 1 and len(text) < 600, text
    return text


@pytest.mark.parametrize(
    "text",
    [
        "(" * 3000,
        "-" * 9000 + "1",
        "{",
        "",
        "\0\0",
        "{'descr': 'zz', 'fortran_order': False, 'shape': (2, 2)}",
        "{'descr': 'O', 'fortran_order': False, 'shape': (2, 2)}",
        "{'descr': '|V0', 'fortran_order': False, 'shape': (2, 2)}",
        "{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000, 2)}",
        "{'descr': '(1000,1000)<f8', 'fortran_order': False, 'shape': (2, 2)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-2, -4)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 10000000000000000000000)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2.5)}",
    ],
)
@pytest.mark.parametrize("version", [1, 2, 3, 9])
def test_evil_and_lying_headers_are_refused(tmp_path, text, version):
    assert "'X'" in refusal(members(tmp_path / "t.npz", ("X.npy", header(text, version))))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a zip file"),
        (b"PK not an archive", "not a zip file"),
        (npy(X), "this is one array (.npy)"),
        (b"a,b\n1,2\n", "not a zip file"),
    ],
)
def test_other_files_are_refused(tmp_path, content, words):
    (tmp_path / "t.npz").write_bytes(content)
    assert words in refusal(tmp_path / "t.npz")


def test_members_that_cannot_be_unpacked_are_refused(tmp_path):
    path = tmp_path / "t.npz"
    assert "encrypted" in refusal(marked(path, 6, 8, 1))
    assert "compression" in refusal(marked(path, 8, 10, 97))
    assert "stands 2 times" in refusal(members(path, ("X.npy", npy(X)), ("X.npy", npy(2 * X))))
    assert "'X'" in refusal(members(path, ("X", b"hello"), ("X.npy", npy(X))))
    assert "goes on" not in refusal(members(path, ("X.npy", npy(X) + b"more"))) and "holds" in refusal(path)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_cut_and_every_flipped_byte_is_read_right_or_refused(tmp_path, compression):
    path, draw = tmp_path / "t.npz", random.Random(0)
    whole = members(path, compression=compression).read_bytes()
    x, texts, _, _ = read_archive(path, {"label": "label"})
    assert np.array_equal(x, X) and texts["label"].tolist() == LABELS.tolist()
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(draw.choice((1, 3))):
            data[draw.randrange(len(data))] = draw.randrange(256)
        path.write_bytes(bytes(data[: draw.choice((len(data), draw.randrange(len(data))))]))
        try:
            x, _, _, _ = read_archive(path, {"label": "label"})
        except UserError:
            continue
        assert np.array_equal(x, X), "the checksum did not hold"


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    path, rows = tmp_path / "t.npz", 10**6
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows}, 4), }}"
    body = members(path, ("X.npy", header(text, body=bytes(32 * rows))), compression=zipfile.ZIP_DEFLATED)
    assert body.stat().st_size < 10**5
    monkeypatch.setattr(memory, "available", lambda: 30 * 10**6)
    monkeypatch.setattr(np, "empty", lambda *_: pytest.fail("room was taken before it was asked for"))
    assert "(1000000, 4) float64, needs 32.0 MB of memory, of which 30.0 MB are free" in refusal(path)


def test_a_declared_size_that_lies_does_not_fool_the_unpacking(tmp_path):
    path, rows = tmp_path / "t.npz", 10**6
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows}, 4), }}"
    data = bytearray(members(path, ("X.npy", header(text))).read_bytes())
    size = (len(header(text)) - 64 + 32 * rows).to_bytes(4, "little")
    data[(at := data.rfind(b"PK\x01\x02")) + 24 : at + 28] = size
    path.write_bytes(bytes(data))
    assert "damaged" in refusal(path) or "cannot be read" in refusal(path)


def test_free_memory_knows_the_own_limit(monkeypatch):
    free = memory.available()
    assert 10**6 < free < 10**15
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (taken + 10**7, -1))
    assert memory.available() < 10**8


def test_only_wanted_keys_are_read(tmp_path):
    path = members(tmp_path / "t.npz", ("other.npy", b"not an array"))
    assert read_archive(path, {"label": "label"})[0].shape == (6, 4)
    with opened(path) as archive:
        assert archive.keys == ["X", "label", "other"]


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (np.array(["NaT", *["2024-01-01"] * 5], dtype="M8[D]"), "no value there in row 1"),
        (np.array([np.nan, 1, 2, 1, 2, 1]), "no value there in row 1"),
        (np.zeros(6, dtype=[("a", "i4")]), "values of the kind"),
        (np.array([b"a", b"\xff", b"a", b"b", b"b", b"b"]), r"b'\xff' in row 2"),
        (np.arange(6) * 1j, "complex numbers"),
        (LABELS[:, None], "one entry per row"),
        (np.array([0x110000, 97, 97, 98, 98, 98], dtype="u4").view("<U1"), "no text, in row 1"),
        (np.array([97, 0xDC80, 97, 98, 98, 98], dtype="u4").view("<U1"), "no text, in row 2"),
    ],
)
def test_labels_that_name_nothing_are_refused_by_name(tmp_path, labels, words):
    text = refusal(members(tmp_path / "t.npz", ("label.npy", npy(labels))))
    assert words in text and "label" in text


def test_object_arrays_are_never_unpickled(tmp_path):
    np.savez(tmp_path / "t.npz", X=X, label=np.array([["a"], ["b", "c"]] * 3, dtype=object))
    assert "Python objects" in refusal(tmp_path / "t.npz")


def test_labels_of_bytes_dates_and_foreign_byte_orders_are_text(tmp_path):
    path = tmp_path / "t.npz"
    for labels, expected in (
        (np.array([" né ".encode(), b"b"] * 3), ["né", "b"] * 3),
        (LABELS.astype(">U3"), LABELS.tolist()),
        (np.array(["2024-01-02"] * 6, dtype="M8[D]"), ["2024-01-02"] * 6),
        (np.array([7, 10] * 3, dtype=">i2"), ["7", "10"] * 3),
    ):
        members(path, ("label.npy", npy(labels)), ("X.npy", npy(np.asfortranarray(X.astype(">f4")))))
        x, texts, _, _ = read_archive(path, {"label": "label"})
        assert texts["label"].tolist() == expected
        assert x.dtype == np.float32 and np.array_equal(x, X.astype("f4"))


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        ("wavelength", "nm"),
        ("Wavelengths", "nm"),
        ("wavelength_um", "µm"),
        ("wavenumber", "cm⁻¹"),
        ("WAVENUMBERS", "cm⁻¹"),
        ("raman_shift", "cm⁻¹"),
        ("Raman shift", "cm⁻¹"),
        ("mz", "m/z"),
        ("MZ", "m/z"),
        ("ppm", "ppm"),
        ("axis", ""),
        ("axis (nm)", "nm"),
        ("time_s", "s"),
        ("Time", ""),
        ("features", ""),
    ],
)
def test_the_axis_and_its_unit_are_known_by_the_key(tmp_path, key, unit):
    np.savez(tmp_path / "t.npz", X=X, label=LABELS, **{key: AXIS, "age": np.arange(6), "note": np.array("x")})
    _, _, names, axis = read_archive(tmp_path / "t.npz", {"label": "label"})
    assert axis.values.tolist() == AXIS.tolist() and axis.unit == unit and names == list(map(str, AXIS))


def table(path: Path, **more: np.ndarray) -> Path:
    np.savez(path, X=X, label=LABELS, **more)
    return path


def test_two_axes_that_differ_and_one_of_the_wrong_length_are_named(tmp_path):
    path = tmp_path / "t.npz"
    text = refusal(table(path, wavelength=AXIS, wavenumber=1e7 / AXIS))
    assert "'wavelength'" in text and "'wavenumber'" in text and "data.axis=KEY" in text
    assert read_archive(path, {"label": "label"}, axis="wavenumber")[3].unit == "cm⁻¹"
    text = refusal(table(path, wavelength=AXIS[:-1]))
    assert "'wavelength'" in text and "'X' (6, 4)" in text and "(3,)" in text
    assert "nan in place 1" in refusal(table(path, mz=np.array([np.nan, 1, 2, 3])))
    assert "found more than once" in refusal(table(path, mz=np.array([1, 1, 2, 3])))
    # A time for each row tells something about rows.
    assert read_archive(table(path, time=np.arange(6)), {"label": "label"})[3].values is None
    assert read_archive(table(path, axis=AXIS, wavelength=AXIS), {"label": "label"})[3].unit == "nm"


def test_text_names_the_columns_and_numbers_are_their_axis(tmp_path):
    names, path = np.array(["first", "second", "third", "fourth"]), tmp_path / "t.npz"
    _, _, found, axis = read_archive(table(path, features=names, mz=AXIS[None]), {"label": "label"})
    assert found == names.tolist() and axis.values.tolist() == AXIS.tolist() and axis.unit == "m/z"
    _, _, found, axis = read_archive(table(path, features=AXIS.astype(str)), {"label": "label"})
    assert found == AXIS.astype(str).tolist() and axis.values.tolist() == AXIS.tolist()
    _, _, found, axis = read_archive(table(path, axis=AXIS.astype("f4") + np.float32(0.1)), {"label": "label"})
    assert found[0] == "1100.1" and axis.values[0] == 1100.1
