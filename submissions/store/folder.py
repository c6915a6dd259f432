"""Files in folders beside the store's own: for engines that live on one host.

A file is written under another name and renamed when its bytes are on the disk, so that
what is found under an address is always whole.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from submissions.clock import parse
from submissions.errors import StoreUnavailableError
from submissions.store.contract import Files
from submissions.store.portable import check_file_name

_REPAIRS = {
    errno.ENOSPC: "Free space on its disk, then try again.",
    errno.EROFS: "Make the folder writable for this user.",
    errno.EACCES: "Make the folder readable and writable for this user.",
}


class FolderFiles(Files):
    """One folder per holder; each file is called by its address."""

    def __init__(self, root: Path) -> None:
        """Take the folder of all files; it is made with the first."""
        self._root = root

    def write(self, holder: str, address: str, content: bytes, *, now: str) -> None:
        """Keep a file; see the contract."""
        check_file_name(address)
        folder = self._folder(holder)
        at = parse(now).timestamp()
        with self._explained():
            for made in (self._root, folder):
                if not made.exists():
                    made.mkdir(mode=0o700, parents=True, exist_ok=True)
                    _sync(made.parent)
            handle, name = tempfile.mkstemp(dir=folder, prefix=f"{address}.")
            try:
                with os.fdopen(handle, "wb") as written:
                    written.write(content)
                    written.flush()
                    os.utime(written.fileno(), (at, at))
                    os.fsync(written.fileno())
                Path(name).rename(folder / address)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            _sync(folder)

    def read(self, holder: str, address: str) -> bytes | None:
        """Return the bytes, or None."""
        check_file_name(address)
        with self._explained():
            try:
                return (self._folder(holder) / address).read_bytes()
            except FileNotFoundError:
                return None

    def drop(self, holder: str, address: str) -> None:
        """Remove a file, and what a crash left of it."""
        check_file_name(address)
        with self._explained():
            for path in self._folder(holder).glob(f"{address}*"):
                path.unlink(missing_ok=True)

    def drop_all(self, holder: str) -> None:
        """Remove all files of a holder."""
        with self._explained():
            try:
                shutil.rmtree(self._folder(holder))
            except FileNotFoundError:
                return

    def kept_before(self, moment: str) -> Iterator[tuple[str, str]]:
        """Name the files that are older; also what a crash left."""
        limit = parse(moment).timestamp()
        with self._explained():
            paths = sorted(self._root.glob("*/*"))
        for path in paths:
            with self._explained():
                old = path.exists() and path.stat().st_mtime < limit
            if old:
                yield path.parent.name, path.name.partition(".")[0]

    def _folder(self, holder: str) -> Path:
        check_file_name(holder)
        return self._root / holder

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreUnavailableError(
                f"{self._root}: {error.strerror}",
                _REPAIRS.get(error.errno or 0, "Check the disk, then try again."),
            ) from error


def _sync(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
