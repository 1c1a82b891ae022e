"""The study of samplers on runs whose scores are known: differences within seeds, problems apart, gaps named."""

from __future__ import annotations

from itertools import product

import pytest

from inn_experiments.contracts import Number, Report, UserError
from inn_experiments.reports import __main__ as command
from inn_experiments.reports.runs import frame_of
from inn_experiments.reports.studies.few_steps import Way, difference, problems_of, scores, target_section, ways_of

REFERENCE = Way("ddim", "time", 100)
WAYS = {REFERENCE: 0.0, Way("ddim", "time", 10): 0.05, Way("unipc", "logsnr", 10): 0.01}
LATENT = {"autoencoder": "plain"}


def run(seed: int, way: Way, add: float, data: str = "swiss_roll", **axes) -> Report:
    """C2ST = .5 + what the way adds + .001 seed of it + the seed's own, ten times as much as any way adds."""
    sampler, spacing, calls = way
    found = {"data": data, "parameterization": "x0", "sampler": sampler, "sampler_steps": calls, **axes, "seed": seed}
    if spacing != "time":
        found["spacing"] = spacing
    keys = ("test/geometry/generated", "test/geometry/second") if axes else ("test/samples", "fresh/samples")
    numbers = [Number(f"{keys[0]}/{key}", 0.5 + seed / 2 + add + 0.001 * seed * bool(add)) for key in ("c2st", "swd")]
    numbers += [Number(f"{keys[1]}/{key}", 0.4 + seed / 2) for key in ("c2st", "swd")]
    return Report(f"{way}", seed, f"{way}-{seed}-{data}", found, numbers=numbers, timings={"sample": calls / 100})


def runs(skip=()) -> list[Report]:
    """Two problems, of rows and of latents; in the second, ways add twice as much."""
    return [
        run(seed, way, add * (2 if axes else 1), data, **axes)
        for (data, axes), (way, add), seed in product([("swiss_roll", {}), ("ims", LATENT)], WAYS.items(), range(3))
        if (data, way) not in skip
    ]


def parts(reports: list[Report]):
    frame = frame_of(reports)
    return frame.apart(problems_of(frame))


def tables(reports: list[Report]):
    return {name: scores(part, ways_of(part)) for name, part in parts(reports).items()}


def test_differences_are_within_seeds_and_rows_and_latents_have_their_own_scores():
    found = tables(runs())
    assert list(found) == ["ims (plain latents), x0", "swiss_roll, x0"]
    for table, times in zip(found.values(), (2, 1), strict=True):
        assert difference(table, Way("unipc", "logsnr", 10), REFERENCE).tolist() == pytest.approx(
            [0.01 * times, 0.01 * times + 0.001, 0.01 * times + 0.002]
        )
        assert table["real C2ST"].to_numpy().tolist() == [pytest.approx([0.4 + seed / 2] * 3) for seed in range(3)]
        assert table["seconds"][REFERENCE].tolist() == [1.0] * 3


def test_a_way_is_good_enough_where_its_mean_or_its_interval_is():
    text = target_section(tables(runs()), parts(runs()), REFERENCE, 0.02)[1]
    line = next(line for line in text.splitlines() if line.startswith("| unipc"))
    # 0.021 ± 0.0025 of latents is not within 0.02, 0.011 ± 0.0025 is.
    assert line == "| unipc | logsnr | 10 | +0.021 ± 0.0025 | +0.011 ± 0.0025 | 1 of 2 | 1 of 2 |"
    assert "| ddim | time | 10 | +0.101 ± 0.0025 | +0.051 ± 0.0025 | 0 of 2 | 0 of 2 |" in text


def test_what_was_not_run_is_no_number():
    kept = runs(skip={("ims", REFERENCE)})
    found, frames = tables(kept), parts(kept)
    assert difference(found["ims (plain latents), x0"], Way("ddim", "time", 10), REFERENCE).empty
    assert (
        "| ddim | time | 10 | - | +0.051 ± 0.0025 | 0 of 1 | 0 of 1 |"
        in target_section(found, frames, REFERENCE, 0.02)[1]
    )
    with pytest.raises(UserError, match="no such runs on any data set"):
        target_section(found, frames, Way("ddim", "time", 7), 0.02)


def test_runs_that_differ_otherwise_or_claim_one_place_are_refused():
    with pytest.raises(UserError, match=r"differ in epochs \(9, -\)"):
        tables([*runs(), run(0, Way("unipc", "time", 5), 0.0), run(1, Way("unipc", "time", 5), 0.0, epochs=9)])
    with pytest.raises(UserError, match="have seed 0"):
        tables([*runs(), run(0, REFERENCE, 0.3)])


def test_the_command_writes_a_table_and_a_figure(tmp_path, monkeypatch):
    monkeypatch.setattr("inn_experiments.tracking.collect.finished", lambda outputs: runs())
    target = tmp_path / "few_steps.md"
    assert command.main(["few_steps", "--outputs", str(tmp_path), "--to", str(target), "--date", "2026-01-01"]) == 0
    text = target.read_text(encoding="utf-8")
    assert "**real rows**" in text and "(few_steps.png)" in text and "## swiss_roll, x0" in text
    assert target.with_suffix(".png").read_bytes()[:4] == b"\x89PNG"
    other = ["--reference", "ddim,time,10", "--only", "data=swiss_roll"]
    assert command.main(["few_steps", "--outputs", str(tmp_path), "--to", str(target), *other]) == 0
    assert "C2ST − ddim-time-10" in target.read_text(encoding="utf-8")
