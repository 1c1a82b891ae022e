"""The command: compose the configuration, run the cell or sweep, leave an exit status that tells the truth."""

import os
import sys

RECOMMEND = "recommend"
"""The word that asks which preset to take, in place of a run."""


def main() -> None:
    """Run the command line; ends with exit status 0, 1 (failed), 2 (bad input), 130 or 143 (signals)."""
    if {"-h", "--help"} & set(sys.argv[1:]):
        from inn_experiments.configuration.help import text

        print(text(), end="")
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
    sys.exit(_recommend() if RECOMMEND in sys.argv[1:] else _run())


def _recommend() -> int:
    from inn_experiments.contracts import stopping
    from inn_experiments.running import failures

    stopping.catch_signals()
    status = 0
    try:
        from inn_experiments.recommending.command import recommend

        recommend([argument for argument in sys.argv[1:] if argument != RECOMMEND])
    except KeyboardInterrupt:
        status = failures.BROKEN
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else failures.BROKEN
    except Exception as error:  # noqa: BLE001 (the outermost shell: nothing is above it)
        status = failures.show(error)
    if stopping.signal_status():
        print("stopped by a signal", file=sys.stderr)
    return stopping.signal_status() or status


def _run() -> int:
    import hydra

    from inn_experiments.configuration.compose import CONF
    from inn_experiments.configuration.doors import guarded
    from inn_experiments.configuration.launchers import steady
    from inn_experiments.contracts import stopping
    from inn_experiments.running import failures, job, sweep

    if unknown := failures.unknown_flags():
        # Options between the settings end them for the parser, which then asks about settings that are fine.
        apart = not any(argument.startswith("-") for argument in unknown)
        cure = "write options such as -m first or last" if apart else "--help lists what there is"
        print(f"error: unknown option {' '.join(unknown)}; {cure}", file=sys.stderr)
        return failures.BAD_INPUT
    stopping.catch_signals()
    status = 0
    try:
        steady()
        with guarded():
            hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")(job.run_cell)()
    except KeyboardInterrupt:
        status = failures.BROKEN
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(bool(end.code))
    except Exception as error:  # noqa: BLE001 (the outermost shell: nothing is above it)
        status = failures.show(error, sweep.State.outputs)
    if sweep.State.sweep is not None:
        try:
            status = sweep.summary() or status
        except Exception as error:  # noqa: BLE001 (as above)
            status = failures.show(error, sweep.State.outputs)
    if stopping.signal_status():
        print("stopped by a signal", file=sys.stderr)
    return stopping.signal_status() or sweep.State.status or status


if __name__ == "__main__":
    main()
