"""The short cells of scripts/golden.py, each as the command line names it, and the small files that they read."""

from __future__ import annotations

from itertools import product
from pathlib import Path

QUICK = ("trainer.progress=false", "trainer.epochs=3", "tracking=none")
SMOKE = (*QUICK, "utility=smoke")
UNTRAINED = tuple(each for each in SMOKE if not each.startswith("trainer.epochs"))
ROWS = ("data.rows=200", "data.val_rows=50", "data.fresh_rows=100")
PLANE = (
    "data.rows=300",
    "data.val_rows=50",
    "data.test_rows=120",
    "data.fresh_rows=120",
    "network.hidden=32",
    "geometry.rows=60",
    "claims.points=60",
    "claims.paths=100",
)
POINTS = tuple(text for text in PLANE if not text.startswith("network"))
IMS = ("data=ims_simulated", "data.rows=400", "data.imbalance=2")
SHORT_IMS = ("autoencoder.layers=2", "autoencoder.encoder_epochs=2", "autoencoder.decoder_epochs=2")
MLP = ("generator=diffusion", "network=mlp", "network.hidden=32", "network.layers=2", "sampler.steps=5")
TABLE = ("data=table", "data.path=inputs/table.csv", "data.label=kind", "data.group=instrument")
RECORDS = ("data=records2d", "data.path=inputs/records.npz")
FOREST2D = ("utility.repeats=2", "utility.trees=10", "utility.components=6")
PRESETS = (
    "bootstrap",
    "convex",
    "gaussian",
    "jitter",
    "kde",
    "smote",
    "diffusion",
    "diffusion_conv",
    "gan",
    "inn_explicit",
    "inn_implicit",
    "inn_semi_implicit",
    "inn_svd",
    "latent_diffusion_plain",
    "latent_diffusion_vae",
    "latent_gaussian_vae",
    "law",
    "peak_transfer",
    "vae",
)
WITHOUT_EPOCHS = ("bootstrap", "convex", "gaussian", "jitter", "kde", "smote", "law", "peak_transfer")
SAMPLED = ("diffusion", "diffusion_conv", "latent_diffusion_plain", "latent_diffusion_vae")


def cells() -> dict[str, list[tuple[str, ...]]]:
    """Name of each cell -> its command lines, one after the other in one outputs folder."""
    found = {}
    grid = product(("implicit", "semi_implicit", "svd", "explicit"), ("gaussian", "convex"), ("fid", "kl"))
    for method, sampling, loss in grid:
        axes = (f"method={method}", f"sampling={sampling}", f"loss={loss}")
        found[f"grid_{method}_{sampling}_{loss}"] = [(*SMOKE, *ROWS, *axes)]
    for name in PRESETS:
        steps = ("sampler.steps=5",) if name in SAMPLED else ()
        short = UNTRAINED if name in WITHOUT_EPOCHS else SMOKE
        found[f"preset_{name}"] = [(*short, *ROWS, *steps, f"preset={name}")]
    found["preset_latent_diffusion_decoupled"] = [
        (*SMOKE, *IMS, "preset=latent_diffusion_decoupled", "autoencoder.layers=2", "sampler.steps=5")
    ]
    kept = ("trainer.progress=false", "trainer.epochs=2", "utility=smoke", *ROWS, "generator=gan", "seed=0,1")
    # The second time both are skipped, and the single cell is the first of them again.
    found["sweep_and_skip"] = [("-m", *kept), ("-m", *kept), (*kept[:-1], "seed=0")]
    return found | networks() | autoencoders() | others()


def networks() -> dict[str, list[tuple[str, ...]]]:
    """The networks, parameterizations and variants of methods that neither the grid nor a preset has."""
    inn = {
        "square_explicit": ("network=square", "method=explicit", "method.inverse_weight=1"),
        "coupling_explicit": ("network=coupling", "method=explicit", "method.inverse_weight=1"),
        "coupling_conv": ("network=coupling_conv", "network.hidden=16", "network.layers=4", "prime=catalogue"),
        "masked_svd": ("network=masked_mlp", "network.pattern=random", "method=svd", "prime=catalogue"),
        "conv_implicit": ("network=conv_unet", "network.channels=8", "parameterization=v", "loss=kl"),
        "mlp_semi_implicit": ("network=mlp", "network.hidden=64", "method=semi_implicit", "schedule=linear"),
        "iterations": ("generator.iterations=2", "parameterization=epsilon", "generator.start=prime"),
        "refined": ("method=svd", "method.refine_steps=3", "method.inverse_weight=1", "generator.start=inverse"),
    }
    found = {f"inn_{name}": [(*SMOKE, *ROWS, *axes)] for name, axes in inn.items()}
    rbf = ("experiment=spirals_rbf", "data=swiss_roll", "parameterization=x0", "schedule.steps=10", *POINTS)
    return found | {"spirals_rbf": [(*QUICK, *rbf)]}


def autoencoders() -> dict[str, list[tuple[str, ...]]]:
    """Autoencoders around generators: of 2-D records, decoupled ones and those of latent arithmetic."""
    sequential = ("autoencoder=sequential", "autoencoder.latent=3", "autoencoder.epochs=2", "autoencoder.width=8")
    joint = ("autoencoder=joint", "autoencoder.latent=3", "autoencoder.epochs=2", "autoencoder.width=8")
    simulated = ("data=gcims_simulated", "data.records=48", "data.imbalance=1.5", "data.levels=[2,2]")
    plain = (
        "generator=gaussian",
        "claims=latent_arithmetic",
        "claims.pairs=6",
        "claims.rows=4",
        "claims.trees=10",
        "autoencoder.latent=8",
        "autoencoder.epochs=3",
    )
    told = (*IMS, *MLP, "autoencoder=decoupled", *SHORT_IMS, "utility=none", "schedule.steps=20", "geometry.rows=30")
    return {
        "records_sequential": [
            (
                *QUICK,
                *simulated,
                *sequential,
                *FOREST2D,
                "utility=records2d",
                "generator=gaussian",
                "geometry=per_class",
                "geometry.rows=10",
            )
        ],
        "records_joint": [(*QUICK, *RECORDS, *joint, *FOREST2D, "utility=records2d", "generator=kde")],
        "records_refit": [
            (*QUICK, *RECORDS, *sequential, *MLP, *FOREST2D, "utility=records2d_refit", "data.group=patient")
        ],
        "arithmetic_plain": [(*QUICK, *ROWS, *plain, "autoencoder=plain", "autoencoder.layers=2", "utility=none")],
        "arithmetic_vae": [(*QUICK, *ROWS, *plain, "autoencoder=vae", "generator=kde", "utility=smoke")],
        "table8": [(*QUICK, *told, "conditioning=label_chemnet", "geometry=per_class", "trainer=diffusion")],
        "latents_whitened": [
            (
                *QUICK,
                *told,
                "conditioning=chemnet",
                "geometry=latents",
                "parameterization=v",
                "schedule=linear",
                "generator.ema=0.9",
                "autoencoder.normalise=whitened",
                "objective=test/geometry/generated/c2st",
            )
        ],
    }


def others() -> dict[str, list[tuple[str, ...]]]:
    """The plane, tables, mass spectra and the checker."""
    spirals = ("experiment=spirals", *PLANE)
    few = ("data.per_class=5", "data.fresh_fraction=0.2")
    spectra = ("data=massbank", "data.path=inputs/massbank", "data.mz_high=120", "data.min_spectra=1")
    # More rows than one block of batches holds.
    wide = ("data=table", "data.path=inputs/wide.npz", "data.label=y", "data.test_fraction=0.03", "utility=none")
    large = ("data=ims_simulated", "data.rows=2000", "data.test_fraction=0.05", "data.fresh_fraction=0.05")
    return {
        "blocks_inn": [
            (
                *QUICK,
                *wide,
                "data.scaling=base_peak",
                "loss=mse",
                "network.layers=2",
                "data.val_fraction=0.03",
                "schedule.steps=6",
            )
        ],
        "blocks_latent": [
            (
                *QUICK,
                *large,
                *MLP,
                "autoencoder=plain",
                "autoencoder.widths=[32]",
                "autoencoder.latent=8",
                "autoencoder.layers=2",
                "autoencoder.epochs=2",
                "utility=none",
                "geometry=latents",
                "geometry.rows=20",
                "objective=test/geometry/generated/c2st",
            )
        ],
        "spirals_roll": [(*QUICK, *spirals, "data=swiss_roll", "parameterization=mu", "schedule.steps=12")],
        "spirals_clusters": [
            (
                *QUICK,
                *spirals,
                "data=two_clusters",
                "parameterization=epsilon",
                "schedule.steps=20",
                "sampler=ddim",
                "sampler.steps=8",
                "generator.clip=true",
            )
        ],
        "checker": [
            (
                *QUICK,
                "experiment=checker",
                "data.rows=200",
                "data.test_rows=100",
                "sampler.steps=5",
                "geometry=per_class",
                "geometry.rows=30",
                "trainer.precision=bfloat16",
            )
        ],
        "table_refit": [
            (
                *QUICK,
                *TABLE,
                "data.scaling=base_peak",
                "generator=vae",
                "utility=refit",
                "utility.repeats=3",
                "utility.trees=10",
                "utility.per_class=5",
            )
        ],
        "table_few": [
            (
                *SMOKE,
                *TABLE,
                *few,
                "data.scaling=base_peak",
                "sampling=multiplicative",
                "method=semi_implicit",
                "network=masked_mlp",
                "utility.protocols=[same_rows]",
            )
        ],
        "table_standard": [
            (
                *SMOKE,
                *TABLE,
                "data.scaling=standard",
                "generator=gan",
                "generator.spectral_norm=true",
                "generator.instance_noise=0.1",
                "generator.smoothing=0.1",
                "conditioning=none",
            )
        ],
        "unseen": [(*QUICK, *spectra, *MLP, "experiment=unseen_compounds", "data.unseen=2")],
        "mass_spectra": [
            (
                *UNTRAINED,
                *spectra,
                "experiment=mass_spectra",
                "data.per_class=3",
                "generator=smote",
                "generator.neighbours=2",
                "utility.per_class=4",
            )
        ],
    }


def write_inputs(folder: Path) -> None:
    """Make the table, the 2-D records and the mass spectra that cells read, in `folder`."""
    import numpy as np
    import pandas as pd

    folder.mkdir(parents=True)
    rng, place = np.random.default_rng(0), np.arange(24)
    y = np.repeat(np.arange(3), 30)
    x = np.exp(-0.5 * (place - 6 * y[:, None] - 5 - rng.standard_normal((90, 1))) ** 2) + 0.1 * rng.random((90, 24))
    table = pd.DataFrame(x, columns=[str(100 + channel) for channel in place])
    table["kind"], table["instrument"] = [f"kind {label}" for label in y], [f"i{row % 10}" for row in range(90)]
    table.to_csv(folder / "table.csv", index=False)
    y, (retention, drift) = np.repeat(np.arange(3), 20), np.mgrid[:16, :24]
    centres = np.array([[4, 6], [8, 16], [12, 10]])[y] + 0.6 * rng.standard_normal((60, 2))
    near = [(retention - a) ** 2 + (drift - b) ** 2 for a, b in centres]
    records = 100 * np.exp(-0.1 * np.array(near)) + rng.random((60, 16, 24))
    patients = np.array([f"p{row % 12}" for row in range(60)])
    np.savez(
        folder / "records.npz",
        X=records,
        y=np.array([f"kind {label}" for label in y]),
        patient=patients,
        retention=np.arange(16.0),
        drift=np.arange(24.0),
    )
    np.savez(folder / "wide.npz", X=rng.random((7600, 300), dtype=np.float32), y=np.arange(7600) % 3)
    smiles = ("CCO", "CCN", "CCC", "c1ccccc1", "CC(C)=O", "CCOCC")
    for compound, lab, number in product(range(6), "ABC", range(3)):
        path = folder / "massbank" / f"lab{lab}" / f"r{compound}{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_spectrum(compound, smiles[compound], lab, number), encoding="utf-8")


def _spectrum(compound: int, smiles: str, lab: str, number: int) -> str:
    peaks = [(50.1 + 3 * compound, 10.0 + number), (60.2 + 5 * compound, 100.0), (99.75, 3.5 + ord(lab) % 7)]
    lines = [
        f"ACCESSION: MSBNK-Lab_{lab}-{compound}{lab}{number}",
        "AUTHORS: A. Author",
        "LICENSE: CC BY",
        f"CH$NAME: compound {compound}",
        f"CH$SMILES: {smiles}",
        f"CH$LINK: INCHIKEY {chr(65 + compound) * 14}-UHFFFAOYSA-N",
        "AC$INSTRUMENT: QTOF",
        "AC$MASS_SPECTROMETRY: MS_TYPE MS2",
        "AC$MASS_SPECTROMETRY: ION_MODE POSITIVE",
        "AC$MASS_SPECTROMETRY: COLLISION_ENERGY 20 eV",
        "MS$FOCUSED_ION: PRECURSOR_TYPE [M+H]+",
        f"PK$NUM_PEAK: {len(peaks)}",
        "PK$PEAK: m/z int. rel.int.",
        *(f"  {mz} {height} 1" for mz, height in peaks),
    ]
    return "\n".join([*lines, "//", ""])
