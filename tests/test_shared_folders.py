"""Folders that several machines share: what is a network file system, and what is not done on one."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from filelock import Timeout

from inn_experiments.contracts import UserError, held, mounts, once, whose
from inn_experiments.tracking import leftovers
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


def kind(target: Path, text: str):
    """Makes a file, or a folder with one, that says `text`, while another machine makes it too and is done first."""

    def make(fresh: Path) -> None:
        for place, said in ((fresh, text), (target, "the other's")):
            file = place if target.suffix else place / "a"
            file.parent.mkdir(exist_ok=True)
            file.write_text(said)

    return make


@pytest.mark.parametrize("name", ["folder", "file.npz"])
def test_where_no_lock_holds_two_machines_at_one_thing_both_end_with_it_whole(network: Path, name: str) -> None:
    target = network / name
    assert once(target, kind(target, "mine"))
    said = (target if target.suffix else target / "a").read_text()
    assert said == ("mine" if target.suffix else "the other's")
    assert not once(target, kind(target, "again")) and not list(network.glob(".*"))
    with pytest.raises(OSError, match="No space"):
        once(network / "other", fails)
    assert not list(network.glob(".*")) and not (network / "other").exists()


def fails(fresh: Path) -> None:
    assert whose.mine() in fresh.name, "another machine has a name of its own"
    raise OSError(errno.ENOSPC, "No space")


def test_the_file_of_a_lock_stays_where_removing_it_would_let_in_two(network: Path, tmp_path: Path) -> None:
    for folder in (network, tmp_path):
        with held(folder / "a"), pytest.raises(Timeout), held(folder / "a", patience=0):
            pass
        with held(folder / "a", patience=0):
            pass
    assert (network / "a.lock").exists() and not (tmp_path / "a.lock").exists()
    leftovers.clear(network, everywhere=True)
