"""Peculiar labels, names and numbers, in every form."""

import numpy as np

from torture.cases import EITHER, READ, REFUSE, Case, peculiar


@peculiar("csv", "parquet", "npz")
def _plain(c: Case) -> None:
    pass


@peculiar("csv", "parquet", "npz")
def _labels_unicode(c: Case) -> None:
    c.relabel(lambda k, n: ["α-pinène", "水", "🧪", "Ünïcode", "naïve"][k])


@peculiar("csv", "parquet", "npz")
def _labels_paths(c: Case) -> None:
    c.relabel(lambda k, n: ["../../x", "/etc/passwd", "a\\b", "..", "con"][k])


@peculiar("csv", "parquet", "npz")
def _labels_formula(c: Case) -> None:
    c.relabel(lambda k, n: ["=1+1", "@SUM(1)", "+cmd|' /C calc'!A0", "-2+3", "=HYPERLINK(1)"][k])


@peculiar("csv", "parquet", "npz")
def _labels_missing_words(c: Case) -> None:
    c.relabel(lambda k, n: ["NA", "null", "nan", "None", "NaN"][k])


@peculiar("csv", "parquet", "npz")
def _labels_numbers(c: Case) -> None:
    c.relabel(lambda k, n: ["01", "1", "10", "9", "2"][k])


@peculiar("csv", "parquet", "npz")
def _labels_equal_numbers(c: Case) -> None:
    c.relabel(lambda k, n: ["1", "1.0", "1e0", "01", "+1"][k])


@peculiar("csv", "parquet", "npz")
def _labels_long(c: Case) -> None:
    c.relabel(lambda k, n: n * 5000)


@peculiar("csv", "parquet", "npz")
def _labels_newline(c: Case) -> None:
    c.relabel(lambda k, n: f'a\nb{k}, "c"')


@peculiar("csv", "parquet", "npz")
def _labels_blanks_differ(c: Case) -> None:
    # " c0" and "c0" are one class once blanks are stripped; a reader may also refuse.
    c.truth_labels = list(c.labels)
    c.labels = [f"  {label} " if k % 2 else label for k, label in enumerate(c.labels)]
    c.expected = EITHER


@peculiar("csv", "parquet", "npz")
def _labels_case_differs(c: Case) -> None:
    c.relabel(lambda k, n: ["Water", "water", "WATER", "wateR", "wAter"][k])


@peculiar("csv", "parquet", "npz")
def _labels_nfc_nfd(c: Case) -> None:
    c.relabel(lambda k, n: ["\u00e9", "e\u0301", "a", "b", "c"][k])
    c.expected = EITHER


@peculiar("csv", "parquet", "npz")
def _labels_zero_width(c: Case) -> None:
    c.relabel(lambda k, n: ["a", "a\u200b", "\ufeffa", "a\u00a0b", "a b"][k])
    c.expected = EITHER


@peculiar("csv", "parquet", "npz")
def _labels_one_empty(c: Case) -> None:
    c.labels[c.row()] = c.draw.choice(["", "   ", "\t"])
    c.expected = REFUSE


@peculiar("csv", "parquet", "npz")
def _labels_one_class(c: Case) -> None:
    c.labels = ["only"] * len(c.labels)
    c.expected = REFUSE


@peculiar("csv", "parquet", "npz")
def _class_of_one_row(c: Case) -> None:
    c.labels[c.row()] = "rare"
    c.expected = REFUSE


@peculiar("csv", "parquet", "npz")
def _class_each_row(c: Case) -> None:
    c.labels = [f"k{i}" for i in range(len(c.labels))]
    c.expected = REFUSE


@peculiar("csv", "parquet", "npz")
def _label_absent(c: Case) -> None:
    c.grid()
    c.frame()
    c.npz()
    c.label = "nosuch"
    c.expected = REFUSE


@peculiar("csv", "parquet", "npz")
def _group_absent(c: Case) -> None:
    c.group = "nosuch"
    c.expected = REFUSE


@peculiar("csv", "parquet", "npz")
def _constant_column(c: Case) -> None:
    c.x[:, c.column()] = 1.0
    c.expected = READ if len(c.names) > 1 else REFUSE


@peculiar("csv", "parquet", "npz")
def _all_constant(c: Case) -> None:
    c.x[:] = 3.0
    c.expected = REFUSE


@peculiar("csv", "parquet", "npz")
def _negative(c: Case) -> None:
    c.x[c.row()] *= -1
    c.expected = REFUSE if c.scaling == "base_peak" else READ


@peculiar("csv", "parquet", "npz")
def _some_negative(c: Case) -> None:
    c.x[c.row(), c.column()] = -0.5
    c.expected = EITHER if c.scaling == "base_peak" else READ


@peculiar("csv", "parquet", "npz")
def _row_of_zeros(c: Case) -> None:
    c.x[c.row()] = 0
    c.expected = REFUSE if c.scaling == "base_peak" else READ


@peculiar("csv", "parquet", "npz")
def _huge(c: Case) -> None:
    c.x[c.row(), c.column()] = c.draw.choice([1e308, 1.7e308, 1e200, 1e39])
    c.expected = EITHER


@peculiar("csv", "parquet", "npz")
def _huge_both_signs(c: Case) -> None:
    c.x[0], c.x[1] = 1.7e308, -1.7e308
    c.expected = EITHER


@peculiar("csv", "parquet", "npz")
def _all_huge(c: Case) -> None:
    c.x *= 1e300
    c.expected = EITHER


@peculiar("csv", "parquet", "npz")
def _tiny(c: Case) -> None:
    c.x *= c.draw.choice([1e-300, 1e-310, 5e-320])
    c.expected = EITHER


@peculiar("csv", "parquet", "npz")
def _base_line_high(c: Case) -> None:
    c.x = 1e9 + c.x / c.x.max() * 1e-3
    c.expected = EITHER


@peculiar("csv", "parquet", "npz")
def _not_finite(c: Case) -> None:
    c.x[c.row(), c.column()] = c.draw.choice([np.nan, np.inf, -np.inf])
    c.expected = REFUSE


@peculiar("csv", "parquet", "npz")
def _one_row(c: Case) -> None:
    c.labels, c.x = c.labels[:1], c.x[:1]
    c.expected = REFUSE


@peculiar("csv", "parquet", "npz")
def _no_rows(c: Case) -> None:
    c.labels, c.x = [], c.x[:0]
    c.expected = REFUSE


@peculiar("csv", "parquet", "npz")
def _wide(c: Case) -> None:
    rng = np.random.default_rng(c.draw.randrange(2**32))
    c.x = np.round(rng.random((len(c.labels), 10_000)) + 0.1, 3)
    c.names = [str(k) for k in range(10_000)]


@peculiar("csv", "parquet", "npz")
def _names_not_ordered(c: Case) -> None:
    c.draw.shuffle(c.names)


@peculiar("csv", "parquet", "npz")
def _names_equal_numbers(c: Case) -> None:
    if len(c.names) > 1:
        c.names[0], c.names[1] = "50", "50.0"
    c.expected = EITHER


@peculiar("csv", "parquet", "npz")
def _features_named(c: Case) -> None:
    if c.form != "npz":
        c.features = c.draw.sample(c.names, c.draw.randint(min(2, len(c.names)), len(c.names)))


@peculiar("csv", "parquet", "npz")
def _features_absent(c: Case) -> None:
    c.features = ["nosuch"]
    c.expected = REFUSE


@peculiar("csv", "parquet", "npz")
def _features_empty(c: Case) -> None:
    c.features = []
    c.expected = REFUSE


@peculiar("csv", "parquet", "npz")
def _wrong_extension(c: Case) -> None:
    c.name = c.draw.choice(["t.xlsx", "t", "t.csv.gz", "t.npy", "t.pkl", "t.feather"])
    c.expected = REFUSE


@peculiar("csv", "parquet", "npz")
def _upper_extension(c: Case) -> None:
    c.name = f"T.{c.form.upper()}"
