"""Writing files whole or not at all; reading text with errors that name the line."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

from text2sim.errors import MotionFileError, ResourceError

_ADVICE: dict[int, str] = {
    errno.ENOSPC: "the disk is full: free some space or save elsewhere",
    errno.EDQUOT: "your disk quota is used up: free some space or save elsewhere",
    errno.EFBIG: "it grew past the file size limit: save a shorter or smaller clip",
    errno.EACCES: "permission denied: choose a folder that you may write to",
    errno.EPERM: "permission denied: choose a folder that you may write to",
    errno.EROFS: "the file system is read-only: choose another folder",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
}


def write_error(path: Path, error: OSError) -> ResourceError:
    """What to tell the user when writing `path` failed."""
    reason = _ADVICE.get(error.errno or 0, error.strerror or str(error))
    return ResourceError(f"Can't write {path}: {reason}. Nothing was written.")


@contextlib.contextmanager
def replacing(
    path: str | os.PathLike[str], *, overwrite: bool = True, dry_run: bool = False
) -> Iterator[Path]:
    """A temporary file beside `path` that takes its place if the block ends well.

    On any exception, Ctrl-C included, the temporary file is removed and an existing file at `path`
    stays as it was. Whether the folder can be written is known before the block runs. A symbolic
    link is followed.

    Args:
        path: where the file is to be.
        overwrite: an existing file may be replaced.
        dry_run: only find out whether it could be done; leave no file.

    Raises:
        ResourceError: the file can't be written, or it exists and `overwrite` is False.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.stem[:40]}-{secrets.token_hex(6)}{target.suffix}")
    try:
        _check_target(target, overwrite)
        with open(temporary, "xb"):
            pass
        yield temporary
        if not dry_run:
            _move(temporary, target, overwrite)
    except OSError as error:
        if isinstance(error, ResourceError):
            raise
        raise write_error(target, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def replacing_folder(
    path: str | os.PathLike[str], mark: str, *, overwrite: bool = True, dry_run: bool = False
) -> Iterator[Path]:
    """The same as `replacing` for a folder: an empty one beside `path`, moved there in the end.

    Args:
        path: where the folder is to be.
        mark: name of a file that every such folder has: a folder without it is never replaced.
        overwrite: a folder with the mark may be replaced.
        dry_run: only find out whether it could be done; leave nothing.

    Raises:
        ResourceError: the folder can't be written, or there is something else in its place.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:40]}-{secrets.token_hex(6)}")
    try:
        _check_folder(target, mark, overwrite)
        temporary.mkdir()
        yield temporary
        if not dry_run:
            _move_folder(temporary, target, mark, overwrite)
    except OSError as error:
        if isinstance(error, ResourceError):
            raise
        raise write_error(target, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _check_folder(target: Path, mark: str, overwrite: bool) -> None:
    _check_parent(target)
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not (target / mark).is_file():
        raise ResourceError(
            f"{target} exists and holds something else; choose another name for the folder."
        )
    if not overwrite:
        raise _exists(target)


def _move_folder(temporary: Path, target: Path, mark: str, overwrite: bool) -> None:
    """Put the finished folder in place; the old one steps aside first and is deleted last."""
    _check_folder(target, mark, overwrite)
    old = target.with_name(f"{temporary.name}-old")
    if target.exists():
        os.replace(target, old)
    try:
        os.replace(temporary, target)
    except OSError:
        if old.exists():
            os.replace(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _check_parent(target: Path) -> None:
    parent = target.parent
    if not parent.is_dir():
        missing = "is not a folder" if parent.exists() else "does not exist; create it first"
        raise ResourceError(f"Can't write {target}: the folder {parent} {missing}.")


def _check_target(target: Path, overwrite: bool) -> None:
    if target.is_dir():
        raise ResourceError(
            f"{target} is a folder; name a file in it, for example {target / 'out.mp4'}."
        )
    _check_parent(target)
    if target.exists() and not target.is_file():
        raise ResourceError(f"{target} is not a regular file; choose another name.")
    if target.exists() and not overwrite:
        raise _exists(target)


def _exists(target: Path) -> ResourceError:
    return ResourceError(
        f"{target} exists already; choose another name, or allow overwriting "
        f"(overwrite=True, --force)."
    )


def _move(temporary: Path, target: Path, overwrite: bool) -> None:
    """Put the finished file in place; a file that appeared meanwhile counts as existing."""
    if overwrite:
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o777)
        os.replace(temporary, target)
        return
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise _exists(target) from None
    except OSError:  # A file system without hard links.
        os.replace(temporary, target)


MOST_UNPACKED = 2**31
"""Archives whose members unpack to more bytes are refused."""


def check_members(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that would unpack to too much, or that names places outside of itself.

    We read members into memory by their names and unpack none into folders; but other programs do,
    and who made such an archive meant harm or used a broken tool.

    Raises:
        ValueError: says what is wrong, for the error that names the file.
    """
    for member in archive.infolist():
        name = member.filename.replace("\\", "/")
        if name.startswith("/") or ":" in name or ".." in name.split("/"):
            raise ValueError(f"the member {member.filename!r} lies outside of the archive")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise ValueError(f"the member {member.filename!r} is a symbolic link")
    if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED:
        raise ValueError(f"it unpacks to more than {MOST_UNPACKED / 2**30:g} GiB")


def read_text(path: Path) -> str:
    """The text of a motion file: UTF-8, or UTF-16 with its mark.

    Raises:
        ResourceError: there is no such file, it is a folder or a pipe, or it can't be opened.
        MotionFileError: it is no text, or some of it has another encoding.
    """
    if path.exists() and not path.is_file():  # A pipe would be waited for without end.
        raise ResourceError(f"Can't read {path}: it is no regular file.")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ResourceError(f"There is no file {path}.") from None
    except OSError as error:
        raise ResourceError(f"Can't read {path}: {error.strerror or error}.") from error
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise MotionFileError(
            f"{path}, line {line}: expected UTF-8 text, found the byte "
            f"0x{content[error.start]:02x}; save the file as UTF-8."
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise MotionFileError(f"{path}, line {line}: expected text, found binary data.")
    return text
