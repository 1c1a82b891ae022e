"""File systems in memory that are small, or read-only, where this user may mount them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


class Mount:
    """A tmpfs at the folder `place` for as long as the `with` block lasts, made with these options of mount(8)."""

    def __init__(self, place: Path, options: str) -> None:
        self.place, self.options = place, options

    def __enter__(self) -> Mount:
        self.place.mkdir(parents=True, exist_ok=True)
        _mount("-t", "tmpfs", "-o", self.options, "tmpfs", str(self.place))
        return self

    def __exit__(self, *_: object) -> None:
        # Lazily: what still looks at it does not hinder.
        subprocess.run(["umount", "--lazy", str(self.place)], check=False)

    def again(self, options: str) -> None:
        """Change its options; raises subprocess.CalledProcessError where it is in use."""
        _mount("-o", f"remount,{options}", str(self.place))


def permitted(work: Path) -> bool:
    """Whether this user may mount a file system below `work`."""
    place = work / "mount"
    try:
        with Mount(place, "size=1m"):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _mount(*told: str) -> None:
    subprocess.run(["mount", *told], check=True, capture_output=True)
