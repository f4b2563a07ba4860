from __future__ import annotations

from pathlib import Path

import pytest

from indexer.filesystem import network_mounts

TABLE = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 0:40 / /home rw - btrfs /dev/sdb1 rw
31 21 0:41 / /mnt/nas rw,nosuid - nfs4 server:/photos rw
32 31 8:5 / /mnt/nas/usb\\040stick rw - vfat /dev/sdc1 rw
33 30 0:42 / /home/me/phone rw - fuse.sshfs me@phone:/ rw
34 30 0:43 / /home/me/win rw - fuseblk /dev/sdd1 rw
35 30 0:44 / /home/me/share rw - cifs //server/share rw
36 30 0:45 / /home/me/share rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/photos", None),
        ("/home/me/photos", None),
        ("/mnt/nas/photos", "nfs4"),
        ("/mnt/nas/usb stick/dcim", None),
        ("/home/me/phone", "fuse.sshfs"),
        ("/home/me/win/photos", None),
        ("/home/me/share", None),
    ],
)
def test_the_innermost_and_latest_mount_tells_whether_a_folder_is_remote(tmp_path, path, kind):
    table = tmp_path / "mountinfo"
    table.write_text(TABLE)

    assert network_mounts.remote_type(Path(path), table) == kind


def test_without_a_table_of_mounts_nothing_is_remote(tmp_path):
    assert network_mounts.remote_type(tmp_path, tmp_path / "none") is None
