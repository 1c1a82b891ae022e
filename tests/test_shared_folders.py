"""Folders that several machines share: what is a network file system, and what is not done on one."""

from __future__ import annotations

from pathlib import Path

import pytest

from inn_experiments.contracts import UserError, mounts
from inn_experiments.tracking.files import Files
from inn_experiments.tracking.mlflow import Mlflow
from inn_experiments.tracking.record import Record

LINES = """\
1 0 0:30 / / rw,relatime - overlay overlay rw,lowerdir=/a,upperdir=/b
2 1 0:41 / /home rw,relatime shared:7 master:2 - autofs systemd-1 rw,fd=5
3 2 0:42 / /home rw,relatime shared:8 - nfs4 files:/home rw,vers=4.2
4 3 8:17 / /home/me/disk rw - xfs /dev/sdb1 rw
5 1 0:43 /x /mnt/my\\040share rw - cifs //server/x rw
6 1 0:44 / /mnt/far rw - fuse.sshfs me@far: rw
7 1 0:45 / /mnt/host rw - virtiofs host rw
8 1 0:46 / /homework rw - tmpfs tmpfs rw

a line that is none
"""


@pytest.fixture
def network(tmp_path: Path, monkeypatch) -> Path:
    """A folder that Linux says is on NFS."""
    folder = tmp_path / "my outputs"
    place = str(folder).replace(" ", "\\040")
    (tmp_path / "mountinfo").write_text(f"{LINES}9 1 0:47 / {place} rw - nfs4 files:/x rw\n")
    monkeypatch.setattr(mounts, "TABLE", tmp_path / "mountinfo")
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("path", "place", "kind", "is_network"),
    [
        ("/work", "/", "overlay", False),
        ("/home/me/outputs/not/there", "/home", "nfs4", True),
        ("/home/me/disk/outputs", "/home/me/disk", "xfs", False),
        ("/mnt/my share/outputs", "/mnt/my share", "cifs", True),
        ("/mnt/far", "/mnt/far", "fuse.sshfs", True),
        ("/mnt/host/outputs", "/mnt/host", "virtiofs", False),
        ("/homework", "/homework", "tmpfs", False),
        ("/homes", "/", "overlay", False),
    ],
)
def test_a_path_is_on_the_innermost_and_last_mount(path: str, place: str, kind: str, is_network: bool) -> None:
    assert mounts.mounted(Path(path), LINES) == (Path(place), kind)
    assert mounts.is_network(kind) == is_network


def test_where_the_table_says_nothing_nothing_is_refused(tmp_path: Path, monkeypatch) -> None:
    assert mounts.mounted(tmp_path, "") is None and mounts.mounted(tmp_path, "no table\n1 2 3 - ext4") is None
    monkeypatch.setattr(mounts, "TABLE", tmp_path / "not there")
    assert mounts.shared(tmp_path / "outputs") is None


def test_the_tests_run_on_a_file_system_that_is_let_be(tmp_path: Path) -> None:
    """Else a word of the list is one of this machine's own."""
    if mounts.TABLE.exists():
        found = mounts.mounted(tmp_path.resolve(), mounts.TABLE.read_text())
        assert found is not None and not mounts.is_network(found[1])


def test_a_database_on_a_network_file_system_is_refused_with_a_line(network: Path, tmp_path: Path, monkeypatch) -> None:
    trackers = [Mlflow(), Record(), Record(uri=f"sqlite:///{network / 'mlflow.db'}")]
    for tracker in trackers:
        with pytest.raises(UserError, match=r"paths.outputs=.*\(nfs4\).*tracking.uri=http.*local disk") as refused:
            tracker.prepare(network)
        assert "\n" not in str(refused.value) and str(network) in str(refused.value)
    with pytest.raises(UserError, match=r"^sqlite:.*\(nfs4\)"):
        Record(uri=f"sqlite:///{network / 'team.db'}").prepare(tmp_path / "outputs")
    (tmp_path / "link").symlink_to(network)
    with pytest.raises(UserError, match="nfs4"):
        Mlflow().prepare(tmp_path / "link" / "outputs")
    assert list(network.iterdir()) == [], "nothing was begun there"


def test_what_needs_no_database_there_goes_on(network: Path, tmp_path: Path) -> None:
    Record(uri=f"sqlite:///{tmp_path / 'team.db'}").prepare(network)
    Files().prepare(network)
