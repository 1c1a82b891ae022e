"""Which groups a configuration reads, and the refusal of choices that nothing reads or that exclude each other."""

from collections.abc import Iterable, Mapping
from typing import Any

from inn_experiments.configuration.axes import AXES, NOTES, OWN_NUMBERS, SHOWING
from inn_experiments.contracts import UserError

WHEREVER = ("threads", "accelerator", "precision")
"""Settings of the trainer for the machine, which may be given with anything."""


def axes_read(plain: dict[str, Any]) -> set[str]:
    """The axis groups whose choice can change the result of the chosen generator.

    A corruption says itself whether it takes alpha and sigma from the schedule: with one that does not, the
    schedule's choice changes nothing, even where the generator is given it for its number of levels.
    """
    read = set(plain["generator"].get("reads") or [])
    # Any generator can work inside an autoencoder.
    read |= {"autoencoder", *((plain.get("autoencoder") or {}).get("reads") or [])}
    if "sampling" in read:
        read -= {"schedule"}
        read |= set((plain.get("sampling") or {}).get("reads") or [])
    return read


def ignored(plain: dict[str, Any]) -> set[str]:
    """The groups of a configuration that cannot change its result, because nothing reads them.

    `schedule.steps` is the number of levels T, which every corruption has: where there is a corruption, the
    schedule stays in.
    """
    read = axes_read(plain)
    return {*AXES, "trainer"} - read - ({"schedule"} if "sampling" in read else set())


def has_own_numbers(plain: dict[str, Any]) -> bool:
    """Whether the generator trains by steps of its own, so that the trainer's epochs, batch and rate say nothing."""
    return "steps" in plain["generator"]


def check_notes(overrides: Iterable[str]) -> None:
    """Refuse overrides of what an option says about itself; raises UserError naming the key."""
    for override in overrides:
        key = override.lstrip("+~").split("=")[0]
        if key.rpartition(".")[2].partition("[")[0] in NOTES and "." in key:
            raise UserError(f"{key}: a note of the option about itself, which cannot be set")


def check_axes(
    plain: dict[str, Any], choices: dict[str, str], defaults: dict[str, str], overrides: list[str], alone: bool = False
) -> None:
    """Refuse an axis that was chosen though nothing reads it, and options that exclude each other.

    Args:
        plain: every group's resolved values.
        choices: group -> option.
        defaults: group -> its default option.
        overrides: as given on the command line.
        alone: for this cell and no others, so that a preset's settings are read by it or by nobody.

    Raises:
        UserError: naming the axis and who ignores it.
    """
    read = axes_read(plain)
    for group in sorted(read - set(plain) - {group for group, option in choices.items() if option == "none"}):
        raise UserError(f"{group}: generator={choices['generator']} reads it; give {group}=OPTION")
    touched = {override.lstrip("+~").split("=")[0].split("@")[0]: override for override in overrides}
    harmless = {f"trainer.{key}" for key in (*SHOWING, *WHEREVER)} | (
        {"schedule.steps"} if "sampling" in read else set()
    )
    if alone or not choices.get("preset"):
        check_own_numbers(plain, touched, f"generator={choices['generator']}")
    for group in (*AXES, "trainer"):
        if group in read or group not in plain:
            continue
        given = [told for key, told in touched.items() if key.startswith(f"{group}.") and key not in harmless]
        # A preset is exchanged for another one by its name alone; a trainer by its name, such as smoke, is for whatever
        # in a sweep or an experiment trains.
        given = [] if choices.get("preset") and not alone else given
        if group in AXES and (group in touched or choices.get(group) != defaults.get(group)):
            given = [f"{group}={choices.get(group)}"]
        if given:
            others = ["sampling"] if group == "schedule" and "sampling" in read else []
            who = ", ".join(f"{axis}={choices[axis]}" for axis in ("generator", *others))
            raise UserError(
                f"{given[0]}: with {who} nothing reads {group!r}; leave it out "
                f"(read here: {', '.join(sorted(read)) or 'no axis'})"
            )
    for group in ("generator", "data", "claims", *sorted(read)):
        for axis, allowed in ((plain.get(group) or {}).get("needs") or {}).items():
            if choices.get(axis) not in allowed:
                raise UserError(
                    f"{axis}={choices.get(axis)} does not go with {group}={choices[group]}, "
                    f"which needs {axis}={'|'.join(allowed)}"
                )


def check_own_numbers(plain: dict[str, Any], given: Mapping[str, str], who: str) -> None:
    """Refuse numbers of the trainer in whose place the generator has its own.

    Args:
        plain: every group's resolved values.
        given: key of what was set -> how the message calls it.
        who: the option that has the numbers.

    Raises:
        UserError: naming the first of them, and what to set instead.
    """
    refused = [told for key, told in given.items() if key in {f"trainer.{name}" for name in OWN_NUMBERS}]
    if refused and has_own_numbers(plain):
        raise UserError(
            f"{refused[0]}: {who} trains by numbers of its own; give generator.steps, generator.batch or "
            "generator.learning_rate"
        )


def check_objective(plain: dict[str, Any], choices: dict[str, str]) -> None:
    """Refuse an objective that nothing of this configuration measures; raises UserError naming what would.

    What else a cell measures shows only when it has run.
    """
    objective = plain["objective"]
    undecoded = "autoencoder" in plain and plain.get("geometry", {}).get("decoded") is False
    for prefix, lacking, group in (
        ("test/geometry/", "geometry" not in plain, "geometry"),
        ("test/samples/", undecoded, "geometry"),
        ("utility/", "utility" not in plain, "utility"),
    ):
        if objective.startswith(prefix) and lacking:
            raise UserError(
                f"objective={objective}: {group}={choices[group]} does not measure it; choose another "
                f"{group}, or another objective"
            )


def check_register(plain: dict[str, Any], choices: dict[str, str]) -> None:
    """Refuse a name that MLflow's registry does not take, and one where there is no registry; raises UserError."""
    name = plain.get("register")
    if name is None:
        return
    if choices.get("tracking") == "none":
        raise UserError(f"register={name}: tracking=none keeps no registry; leave one of the two out")
    if {"/", ":"} & set(name) or name.strip() in ("", ".", ".."):
        raise UserError(f"register={name}: a registered model's name has no '/' and no ':', and is more than dots")
