"""The command: compose the configuration, run the cell or sweep, leave an exit status that tells the truth."""

import os
import sys

HELP, EXPLAIN = {"-h", "--help"}, {"--explain"}
RECOMMEND = "recommend"
"""The word that asks which preset to take, in place of a run."""


def main() -> None:
    """Run the command line; ends with exit status 0, 1 (failed), 2 (bad input), 130 or 143 (signals)."""
    from inn_experiments.contracts.shell import begin, shell

    begin()
    # Somebody may put --help behind a whole command: its settings of single keys ask for nothing.
    asked = [each for each in sys.argv[1:] if not each.startswith("-") and "." not in each.partition("=")[0]]
    for flags, answer in ((HELP, _help), (EXPLAIN, _explain)):
        if flags & set(sys.argv[1:]):
            if status := _told(shell(lambda answer=answer: answer(asked), _shown)):
                sys.exit(status)
            return
    if "--version" in sys.argv[1:]:
        from inn_experiments import __version__

        print(f"inn_experiments {__version__}")
        return
    # One thread per process: on nets this small, a second thread costs more than it computes.
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    # Hydra hands its exceptions over instead of printing them in its own words.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    sys.exit(_told(shell(_recommend if RECOMMEND in sys.argv[1:] else _run, _raised)))


def _help(groups: list[str]) -> None:
    if RECOMMEND in groups:
        from inn_experiments.recommending.asked import help_text

        print(help_text(), end="")
        return
    from inn_experiments.configuration.help import text

    print(text(groups), end="")


def _explain(names: list[str]) -> None:
    from inn_experiments.reports.cell.explain import explain

    print(explain([name for name in names if "=" not in name]), end="")


def _shown(error: Exception) -> int:
    from inn_experiments.running import failures

    return failures.show(error)


def _recommend() -> int:
    from inn_experiments.contracts.shell import shell
    from inn_experiments.running import failures

    def work() -> None:
        from inn_experiments.recommending.command import recommend

        recommend([argument for argument in sys.argv[1:] if argument != RECOMMEND])

    return shell(work, failures.show)


def _run() -> int:
    import hydra

    from inn_experiments.configuration.compose import CONF
    from inn_experiments.configuration.doors import guarded
    from inn_experiments.configuration.launchers import steady
    from inn_experiments.contracts.shell import shell
    from inn_experiments.running import failures, job, sweep

    if unknown := failures.unknown_flags():
        # Options between the settings end them for the parser, which then asks about settings that are fine.
        apart = not any(argument.startswith("-") for argument in unknown)
        cure = "write options such as -m first or last" if apart else "--help lists what there is"
        print(f"error: unknown option {' '.join(unknown)}; {cure}", file=sys.stderr)
        return failures.BAD_INPUT
    refused = 0

    def show(error: Exception) -> int:
        nonlocal refused
        refused = failures.show(error, sweep.State.outputs)
        return refused

    def work() -> None:
        steady()
        with guarded():
            hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")(job.run_cell)()

    status = shell(work, show)
    if sweep.State.sweep is not None:
        status = shell(lambda: sweep.summary(refused), show) or status
    return sweep.State.status or status


def _raised(error: Exception) -> int:
    """A fault of the program's own start, of which there is nothing to say but its traceback."""
    raise error


def _told(status: int) -> int:
    """The exit status of a command that would end with `status`, after a word where a signal ended it."""
    from inn_experiments.contracts import stopping

    stopped = stopping.signal_status()
    if stopped:
        print("stopped by a signal", file=sys.stderr)
    return stopped or status


if __name__ == "__main__":
    main()
