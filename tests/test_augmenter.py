"""Augmenter on rows as people have them: what comes back, what it is made of, and what it leaves alone."""

from __future__ import annotations

import copy
import os
import pickle
import random
import subprocess
import sys
from pathlib import Path

import hydra
import numpy as np
import pandas as pd
import pytest
import torch
from hydra.core.global_hydra import GlobalHydra
from hydra.version import getbase
from imblearn.pipeline import make_pipeline
from scipy import sparse
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from inn_experiments import Augmenter
from inn_experiments.contracts import UserError
from inn_experiments.library.settings import LACKING, _nodes, parts, presets

ROOT = Path(__file__).parents[1]
X, NUMBERS = make_classification(90, 8, n_informative=6, n_classes=3, weights=[0.5, 0.3, 0.2], random_state=0)
Y = np.array(["oak", "elm", "fir"])[NUMBERS]
FAST = {"law": {"generator.steps": 3, "generator.hidden": 4}}
SHORT = {"trainer.epochs": 1, "trainer.batch": 32}
COUNTS = {label: int((label == Y).sum()) for label in ("elm", "fir", "oak")}


def frame() -> pd.DataFrame:
    return pd.DataFrame(X, columns=[f"{1000 + 2 * place} cm-1" for place in range(8)], index=np.arange(90)[::-1] + 5)


def quick(preset: str) -> dict[str, object]:
    """Settings with which any preset is fitted in a moment."""
    nodes = parts(preset)
    found = dict(FAST["law"]) if preset.startswith("law") else dict(SHORT) if "trainer" in nodes else {}
    for group, name in (("network", "hidden"), ("autoencoder", "hidden"), ("generator", "hidden")):
        if name in nodes.get(group, {}):
            found[f"{group}.{name}"] = 8
    return found | ({"sampler.steps": 4} if "sampler" in nodes else {})


@pytest.mark.parametrize("labels", [Y, NUMBERS, NUMBERS > 0, NUMBERS.astype(np.int8), Y.astype(object)], ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int16])
def test_original_rows_come_first_and_unchanged_and_types_are_kept(labels, dtype) -> None:
    x = (100 * X).astype(dtype)
    before = x.copy()
    more, y = Augmenter("convex", n_per_class=4, random_state=0).fit_resample(x, labels)
    assert more.dtype == dtype and y.dtype == labels.dtype
    assert (more[:90] == before).all() and (x == before).all() and (y[:90] == labels).all()
    assert {label: int((y[90:] == label).sum()) for label in np.unique(labels)} == dict.fromkeys(np.unique(labels), 4)


def test_a_frame_comes_back_as_a_frame_with_a_fresh_index() -> None:
    x = (
        frame()
        .astype({"1002 cm-1": "float32"})
        .assign(**{"1004 cm-1": np.random.default_rng(0).integers(2**59, 2**60, 90)})
    )
    y = pd.Series(Y, name="tree", index=x.index)
    more, labels = Augmenter("convex", random_state=0).fit_resample(x, y)
    assert more.columns.equals(x.columns) and more.dtypes.equals(x.dtypes)
    assert more.iloc[:90].equals(x.reset_index(drop=True))
    assert labels.name == "tree" and labels.dtype == y.dtype and labels.value_counts().nunique() == 1
    assert more.index.equals(pd.RangeIndex(len(more))) and labels.index.equals(more.index)
    categories = Augmenter("convex", random_state=0).fit_resample(x, y.astype("category"))[1]
    assert categories.dtype == "category" and (categories == labels).all()


def test_whole_columns_get_whole_numbers_by_rounding() -> None:
    x = pd.DataFrame({"a": NUMBERS % 2, "b": X[:, 0], "c": NUMBERS > 0})
    more, _ = Augmenter("convex", n_per_class=300, random_state=0).fit_resample(x, Y)
    made = more.iloc[90:]
    assert made.a.isin([0, 1]).all() and made.c.isin([True, False]).all()
    # Cut off instead of rounded, combinations of 0 and 1 would nearly all be 0.
    assert abs(made.a.mean() - x.a.groupby(Y).mean().mean()) < 0.1


def test_sparse_rows_come_back_sparse_with_the_same_rows() -> None:
    x = np.where(X > 0, X, 0)
    dense, _ = Augmenter("convex", random_state=0).fit_resample(x, Y)
    for kind in (sparse.csr_matrix, sparse.csc_matrix):
        found, _ = Augmenter("convex", random_state=0).fit_resample(kind(x), Y)
        assert found.format == kind(x).format and np.allclose(found.toarray(), dense)


@pytest.mark.parametrize("preset", presets())
def test_every_preset_makes_rows_or_says_what_rows_lack(preset: str) -> None:
    augmenter = Augmenter(preset, n_per_class=3, random_state=1)
    if preset == "latent_diffusion_decoupled":
        with pytest.raises(ValueError, match="needs a SMILES for every class"):
            augmenter.fit_resample(X, Y)
        return
    augmenter.set_params(settings=quick(preset))
    more, y = augmenter.fit_resample(X, Y)
    again, _ = augmenter.fit_resample(X, Y)
    other, _ = augmenter.set_params(random_state=2).fit_resample(X, Y)
    assert np.isfinite(more).all() and len(y) == 99
    assert (more == again).all() and (more[90:] != other[90:]).any()
    assert augmenter.scaling_.startswith("standard")


def test_what_rows_lack_is_told_of_every_option_that_needs_it() -> None:
    for (group, option), needed in LACKING.items():
        preset = "gaussian" if group == "autoencoder" else "gan"
        with pytest.raises(ValueError, match=needed):
            Augmenter(preset, settings={group: option}).fit(X, Y)


def test_rows_are_in_the_units_of_those_given() -> None:
    far = 1e5 + 1e3 * X
    for scaling in ("auto", "standard"):
        made, labels = Augmenter("convex", scaling=scaling, random_state=0).fit(far, Y).sample(50, random_state=0)
        for label in COUNTS:
            own = far[label == Y]
            assert (made[labels == label] >= own.min(axis=0) - 1).all()
            assert (made[labels == label] <= own.max(axis=0) + 1).all()


def test_mass_spectra_are_known_by_their_axis_and_scaled_by_their_base_peak() -> None:
    peaks = np.random.default_rng(0).gamma(1.0, 200.0, X.shape) * (X > 0.2)
    peaks[:, 0] = 999
    named = pd.DataFrame(peaks, columns=[str(mz) for mz in range(40, 48)])
    for augmenter, x in (
        (Augmenter("convex", n_per_class=2), named),
        (Augmenter("convex", n_per_class=2, axis=np.arange(40, 48)), peaks),
        (Augmenter("convex", n_per_class=2, axis=np.arange(40, 48) + 0.5, unit="mz"), peaks),
    ):
        more, _ = augmenter.fit_resample(x, Y)
        assert augmenter.scaling_.startswith("base_peak")
        assert (np.asarray(more)[90:] >= 0).all() and np.asarray(more)[90:].max() <= 999 * 1.001
    plain = Augmenter("convex", n_per_class=2).fit(peaks, Y)
    assert plain.scaling_.startswith("standard")


def test_sampling_strategy_is_imbalanced_learns_and_n_per_class_adds() -> None:
    most = max(COUNTS.values())
    for strategy, wanted in (
        ("auto", {label: most - count for label, count in COUNTS.items()}),
        ("minority", {"fir": most - COUNTS["fir"]}),
        ({"oak": most + 7}, {"oak": 7}),
        (lambda y: {"elm": 2 * most}, {"elm": 2 * most - COUNTS["elm"]}),
    ):
        augmenter = Augmenter("bootstrap", sampling_strategy=strategy, random_state=0)
        _, y = augmenter.fit_resample(X, Y)
        added = {label: int((y == label).sum()) - count for label, count in COUNTS.items()}
        assert added == {label: wanted.get(label, 0) for label in COUNTS}
        assert {label: n for label, n in augmenter.sampling_strategy_.items() if n} == {
            k: n for k, n in added.items() if n
        }
    _, y = Augmenter("bootstrap", n_per_class={"fir": 5}).fit_resample(X, Y)
    assert y[90:].tolist() == ["fir"] * 5


def test_rows_that_are_balanced_already_are_said_to_get_none() -> None:
    even = np.resize(Y[:3] if len(set(Y[:3])) == 3 else ["elm", "fir", "oak"], 90)
    with pytest.warns(UserWarning, match="no row was generated.*n_per_class=20") as told:
        more, _ = Augmenter("convex").fit_resample(X, even)
    assert len(more) == 90 and told[0].filename == __file__


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"preset": "lwa"}, "did you mean 'law'"),
        ({"n_per_class": 3, "sampling_strategy": "all"}, "n_per_class=3 and sampling_strategy='all'"),
        ({"n_per_class": {"ask": 3}}, "no class 'ask'; did you mean 'oak'"),
        ({"n_per_class": {"oak": 2.5}}, "2.5 rows of 'oak'"),
        ({"settings": {"trainer.epochs": 3}}, "preset=convex does not read 'trainer'"),
        ({"preset": "law", "settings": {"trainer.epochs": 3}}, "numbers of its own; give generator.steps"),
        ({"preset": "law", "settings": {"generator.step": 3}}, "unknown key 'generator.step'; did you mean 'steps'"),
        ({"preset": "gan", "settings": {"trainer.epochs": "many"}}, "trainer.epochs: 'many'"),
        ({"preset": "diffusion", "settings": {"sampler": "ddim"}}, "preset=diffusion stands for sampler=unipc"),
        ({"preset": "diffusion", "settings": {"sampler": "uniqc"}}, "did you mean 'unipc'"),
        ({"settings": {"data.scaling": "none"}}, "scaling=... says how they are scaled"),
        ({"settings": {"+generator.x": 1}}, "'\\+generator.x' is no key"),
        ({"settings": {"generator.x": object()}}, "object will not do"),
        ({"axis": [1.0, 2.0]}, "rows have 8 values"),
        ({"scaling": "base_peak"}, "scaling=base_peak divides every row by its maximum"),
    ],
)
def test_a_mistake_is_a_value_error_in_words(arguments, words) -> None:
    x = np.where(np.arange(90)[:, None] == 4, -np.abs(X), X)
    with pytest.raises(ValueError, match=words) as found:
        Augmenter(**arguments).fit_resample(x, Y)
    assert isinstance(found.value, UserError) and "\n" not in str(found.value)
    assert "data.scaling" not in str(found.value) or "data.scaling" in str(arguments)


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA, np.float32("nan")])
def test_labels_that_are_missing_are_told_with_their_place(nothing: object) -> None:
    y = Y.astype(object)
    y[[7, 9]] = nothing
    for labels in (y, [*y], pd.Series(y)):
        for asked in (Augmenter().fit_resample, Augmenter().fit):
            with pytest.raises(ValueError, match="y: 2 of 90 labels are missing .*, the first at place 7; leave"):
                asked(X, labels)


def test_one_column_a_class_may_be_a_frame() -> None:
    columns = pd.get_dummies(pd.Series(Y)).astype(int)
    x, y = Augmenter(n_per_class=3, random_state=0).fit_resample(X, columns)
    same, labels = Augmenter(n_per_class=3, random_state=0).fit_resample(X, columns.to_numpy())
    assert len(x) == 99
    np.testing.assert_array_equal(x, same)
    np.testing.assert_array_equal(np.asarray(y), labels)


def test_rows_far_from_zero_keep_their_spread() -> None:
    near, _ = Augmenter(n_per_class=20, random_state=0).fit_resample(X, Y)
    far, _ = Augmenter(n_per_class=20, random_state=0).fit_resample(X + 1e9, Y)
    np.testing.assert_allclose(far[90:] - 1e9, near[90:], atol=1e-3 * X.std())


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_missing_or_infinite_is_refused_as_by_scikit_learn(bad: float) -> None:
    x = X.copy()
    x[3, 2] = bad
    with pytest.raises(ValueError, match="NaN|infinity"):
        Augmenter("convex").fit_resample(x, Y)


def test_a_class_with_one_row_is_named_and_what_would_do() -> None:
    y = np.where(np.arange(90) == 0, "yew", Y)
    with pytest.raises(ValueError, match="class 'yew' has 1 training row.*preset=bootstrap"):
        Augmenter("convex").fit_resample(X, y)
    _, labels = Augmenter("law", settings=FAST["law"], n_per_class=2).fit_resample(X, y)
    assert (labels[90:] == "yew").sum() == 2


def test_more_rows_can_be_drawn_after_fitting() -> None:
    augmenter = Augmenter("gaussian", random_state=0).fit(frame(), pd.Series(Y, name="tree"))
    x, y = augmenter.sample({"fir": 3, "oak": 1}, random_state=0)
    assert x.columns.equals(frame().columns) and y.tolist() == ["fir"] * 3 + ["oak"] and y.name == "tree"
    same, _ = augmenter.sample({"fir": 3, "oak": 1}, random_state=0)
    other, _ = augmenter.sample({"fir": 3, "oak": 1}, random_state=1)
    assert x.equals(same) and not x.equals(other)
    assert augmenter.classes_.tolist() == ["elm", "fir", "oak"] and augmenter.n_features_in_ == 8
    assert augmenter.feature_names_in_.tolist() == [*frame().columns]
    assert len(augmenter.sample(2)[0]) == 6 and len(augmenter.sample(0)[0]) == 0
    with pytest.raises(ValueError, match="n: there is no class 'ask'"):
        augmenter.sample({"ask": 1})
    with pytest.raises(ValueError, match="not fitted"):
        Augmenter("gaussian").sample(1)


def test_a_fitted_one_is_copied_and_sent_to_other_processes() -> None:
    for preset in ("kde", "law"):
        fitted = Augmenter(preset, random_state=0, settings=FAST.get(preset)).fit(X, Y)
        wanted, _ = fitted.sample(3, random_state=0)
        for other in (copy.deepcopy(fitted), pickle.loads(pickle.dumps(fitted))):
            assert (other.sample(3, random_state=0)[0] == wanted).all()


class Watched(Augmenter):
    """Notes the rows that it is given."""

    seen: list[np.ndarray] = []  # noqa: RUF012 (of the class: every clone writes into it)

    def fit_resample(self, X, y):  # noqa: N803
        self.seen.append(X)
        return super().fit_resample(X, y)


def test_in_a_cross_validation_it_only_ever_sees_training_folds() -> None:
    Watched.seen.clear()
    x = X + np.arange(90)[:, None]
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    cross_val_score(make_pipeline(Watched("convex", random_state=0), KNeighborsClassifier()), x, Y, cv=folds)
    assert len(Watched.seen) == 3
    for given, (train, _) in zip(Watched.seen, folds.split(x, Y), strict=True):
        assert (given == x[train]).all()


@pytest.mark.parametrize("rows", [slice(0, 40), slice(0, 90)])
def test_the_scaling_is_of_the_rows_given(rows: slice) -> None:
    scaling = Augmenter("convex").fit(X[rows], Y[rows])._learned.scaling.describe()
    assert scaling == pytest.approx({"mean": X[rows].mean(), "std": X[rows].std()})


def test_presets_can_be_searched_over() -> None:
    pipe = make_pipeline(Augmenter(n_per_class=10, random_state=0), RandomForestClassifier(5, random_state=0))
    search = GridSearchCV(pipe, {"augmenter__preset": ["bootstrap", "convex"], "augmenter__n_per_class": [5, 10]}, cv=2)
    assert search.fit(X, Y).best_params_["augmenter__preset"] in ("bootstrap", "convex")
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_nothing_of_the_process_is_changed(tmp_path, monkeypatch, capfd) -> None:
    monkeypatch.chdir(tmp_path)
    torch.set_num_threads(2)
    states = random.getstate(), np.random.get_state()[1].copy(), torch.get_rng_state()
    for preset in ("convex", "smote", "kde", "law", "gan"):
        Augmenter(preset, random_state=0, settings=quick(preset)).fit_resample(X, Y)
    assert random.getstate() == states[0] and (np.random.get_state()[1] == states[1]).all()
    assert torch.equal(torch.get_rng_state(), states[2]) and torch.get_num_threads() == 2
    assert list(tmp_path.iterdir()) == [] and capfd.readouterr() == ("", "")
    torch.set_num_threads(1)


def test_it_works_within_another_program_of_hydra_and_leaves_none_behind(tmp_path) -> None:
    _nodes.cache_clear()
    Augmenter("jitter").fit(X, Y)
    assert not GlobalHydra.instance().is_initialized()
    (tmp_path / "config.yaml").write_text("size: 3\n", encoding="utf-8")
    with hydra.initialize_config_dir(str(tmp_path), version_base="1.2"):
        outer, base = GlobalHydra.instance().hydra, getbase()
        _nodes.cache_clear()
        Augmenter("jitter").fit(X, Y)
        assert GlobalHydra.instance().hydra is outer and getbase() == base
        assert hydra.compose("config").size == 3


def test_the_package_imports_nothing_until_something_needs_it() -> None:
    heavy = ("torch", "sklearn", "imblearn", "pandas", "hydra", "mlflow", "numpy", "lightning", "scipy", "matplotlib")
    code = (
        "import sys, inn_experiments as inn\n"
        f"def heavy(): return [name for name in {heavy} if name in sys.modules]\n"
        "assert {'Augmenter', 'load', 'runs', '__version__'} <= {*dir(inn)} and {*inn.__all__} <= {*dir(inn)}\n"
        "print(heavy())\n"
        "try: inn.augmenter\n"
        "except AttributeError as error: print(error)\n"
        "from inn_experiments import Augmenter\n"
        "import numpy as np\n"
        "x = np.random.default_rng(0).random((60, 1841))\n"
        "Augmenter('convex', n_per_class=20).fit_resample(x, np.arange(60) % 3)\n"
        "print('torch' in sys.modules, 'mlflow' in sys.modules, 'lightning' in sys.modules)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert said.stdout.splitlines() == [
        "[]",
        "module 'inn_experiments' has no attribute 'augmenter'",
        "False False False",
    ]


def test_it_is_typed() -> None:
    assert (ROOT / "inn_experiments/py.typed").is_file()


def test_columns_of_text_are_named() -> None:
    x = pd.DataFrame(
        {"ID": ["P1", "P2", "P3", "P4"], "1000": [0.0, 1, 5, 6], "1010": [1.0, 2, 3, 4], "n": ["1", "2", "3", "4"]}
    )
    y = [0, 0, 1, 1]
    for method in ("fit", "fit_resample"):
        with pytest.raises(ValueError, match=r"column 'ID' holds text, such as 'P1'.*X.drop\(columns=\['ID'\]\)"):
            getattr(Augmenter("convex", n_per_class=1), method)(x, y)
    assert Augmenter("convex", n_per_class=1).fit(x.drop(columns="ID"), y).classes_.tolist() == [0, 1]
    with pytest.raises(ValueError, match="4 of 4 columns hold text, such as '0,5'.*decimal=','"):
        Augmenter("convex").fit(pd.DataFrame([["0,5"] * 4] * 4), y)
