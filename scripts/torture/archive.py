"""Peculiar NPZ files."""

import numpy as np

from torture.cases import EITHER, READ, REFUSE, Case, peculiar


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
