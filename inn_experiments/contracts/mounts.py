"""Which file system a folder is on, and whether other machines may write to it beside this one."""

import re
from functools import cache
from pathlib import Path

TABLE = Path("/proc/self/mountinfo")
"""Where Linux lists what is mounted."""
# fmt: off
NETWORK = frozenset({
    "afs", "afp_fs", "beegfs", "ceph", "cifs", "coda", "davfs", "fhgfs", "gfs", "gfs2", "glusterfs", "gpfs",
    "lustre", "mfs", "moosefs", "ncpfs", "nfs", "nfs4", "ocfs2", "openafs", "orangefs", "panfs", "pvfs2", "quobyte",
    "smb2", "smb3", "smbfs", "wekafs",
})
# fmt: on
"""Types that several machines share. Those by which a virtual machine sees its host, 9p and virtiofs, are none."""
# fmt: off
IN_USER_SPACE = frozenset({
    "afs", "blobfuse", "blobfuse2", "ceph", "ceph-fuse", "cephfs", "curlftpfs", "davfs", "gcsfuse", "glusterfs",
    "goofys", "juicefs", "mfs", "moosefs", "mountpoint-s3", "quobyte", "rclone", "s3fs", "seaweedfs", "smbnetfs",
    "sshfs",
})
# fmt: on
"""The same, of those that are called fuse.NAME."""


def mounted(path: Path, table: str) -> tuple[Path, str] | None:
    r"""Where the file system of `path` is mounted, and its type, by the text of Linux's mountinfo.

    Args:
        path: absolute, without links in it; it need not be there.
        table: a line for each mount; of two at one place the later one hides the other.

    Returns:
        None where the table does not tell.

    Example:
        >>> lines = "1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:9 / /home rw shared:7 - nfs4 host:/home rw"
        >>> mounted(Path("/home/me/outputs"), lines), mounted(Path("/homes"), lines)
        ((PosixPath('/home'), 'nfs4'), (PosixPath('/'), 'ext4'))
    """
    best: tuple[Path, str] | None = None
    for line in table.splitlines():
        left, _, right = line.partition(" - ")
        fields, kinds = left.split(" "), right.split(" ")
        if len(fields) < 5 or not kinds[0]:
            continue
        place = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[4]))
        if path.is_relative_to(place) and (best is None or len(place.parts) >= len(best[0].parts)):
            best = place, kinds[0]
    return best


def is_network(kind: str) -> bool:
    """Whether a file system of this type is shared between machines.

    >>> [is_network(kind) for kind in ("nfs4", "fuse.sshfs", "overlay", "ext4", "virtiofs", "fuse.mergerfs")]
    [True, True, False, False, False, False]
    """
    return kind in NETWORK or (kind.startswith("fuse.") and kind.removeprefix("fuse.") in IN_USER_SPACE)


@cache
def shared(path: Path) -> tuple[Path, str] | None:
    """Where the network file system that `path` is on is mounted, and its type; None: it is local, or nobody knows."""
    try:
        found = mounted(path.resolve(), TABLE.read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError:
        return None
    return found if found is not None and is_network(found[1]) else None
