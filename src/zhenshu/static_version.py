"""The name under which the files of the pages are served: a digest of all of them.

Scripts name one another by relative addresses, so a digest in the folder's name reaches every file: a page
takes all its scripts and styles from one version, and after an update never half of each. What stands under
such a name never changes and is kept by browsers for good.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

DIGEST_BYTES = 6


def static_version(folder: Path) -> str:
    """Return the digest of all files below *folder*, names and contents."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(blake2b(file.read_bytes()).digest())
    return digest.hexdigest()
