"""Motion as AMASS stores it (.npz): SMPL's pose parameters of one body.

    poses             (T, 156)  rotation vectors: root, 21 body joints, hands (flat here)
    trans             (T, 3)    the body model's translation [m], Z up
    betas             (16,)     shape; 0 here
    gender            "neutral"
    mocap_framerate   frames/s
    offsets           (22, 3)   bone offsets of our skeleton [m]; AMASS has none

SMPL's rest pose is a T-pose too, but Y up and facing +Z, with joints that lean a few degrees
otherwise: of files from elsewhere the limbs' directions are off by that much. SMPL puts the pelvis
at `trans` plus the pelvis of its rest shape, which only the (licensed) body model knows: `pelvis`
says it where it matters.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from text2sim.data.fit import still_feet
from text2sim.errors import ConfigError, MotionFileError, ResourceError, nearest
from text2sim.io.files import check_members, replacing
from text2sim.maths import axes
from text2sim.maths import quaternions as quat
from text2sim.skeleton import JOINTS, Skeleton
from text2sim.types.motion import Motion, Track

Array = NDArray[np.floating]

_TO_SMPL = np.array([0.5, 0.5, 0.5, 0.5])
"""SMPL's rest axes in ours: its (x, y, z) are our (y, z, x)."""
_WIDTH, _BODY = 156, 3 * len(JOINTS)
_RATES = ("mocap_framerate", "mocap_frame_rate")
_DAMAGE = (zipfile.BadZipFile, ValueError, TypeError, EOFError, OSError, KeyError)


def write_amass(
    motion: Motion,
    path: str | os.PathLike[str],
    *,
    actor: str | None = None,
    pelvis: ArrayLike = (0.0, 0.0, 0.0),
    overwrite: bool = True,
) -> Path:
    """Write one actor; pelvis and rotations come back as they were.

    Args:
        motion: to write.
        path: usually `..._poses.npz`, as AMASS calls its files.
        actor: whom; needed if there are several.
        pelvis: pelvis of the body model's rest shape [m], (3,): it is taken off `trans`.
        overwrite: an existing file may be replaced.

    Raises:
        ConfigError: there is no such actor, or several and none is named.
        ResourceError: the file can't be written, or it exists and `overwrite` is False.
    """
    track = _chosen(motion, actor)
    turns = axes.y_up_wxyz(track.rotations_wxyz).copy()
    turns[:, 0] = quat.mul(track.rotations_wxyz[:, 0], _TO_SMPL)
    poses = np.zeros((motion.frames, _WIDTH))
    poses[:, :_BODY] = quat.log(turns).reshape(-1, _BODY)
    with replacing(path, overwrite=overwrite) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(
            file, poses=poses, trans=track.root_positions - np.asarray(pelvis), betas=np.zeros(16),
            gender=np.array("neutral"), mocap_framerate=np.array(motion.fps),
            offsets=track.skeleton.offsets,
        )  # fmt: skip
    return Path(path)


def read_amass(
    path: str | os.PathLike[str],
    *,
    skeleton: Skeleton | None = None,
    pelvis: ArrayLike = (0.0, 0.0, 0.0),
    actor: str = "actor",
) -> Motion:
    """Read a file of AMASS, of SMPL-H or SMPL-X, or one of ours.

    Contacts are told from feet that stay. Of files from elsewhere the path is moved up or down so
    that the lowest soles are at z = 0.

    Args:
        path: of the file.
        skeleton: bones; None takes those in the file, or else an adult's.
        pelvis: as it was given to `write_amass`.
        actor: id of the track.

    Raises:
        ResourceError: there is no such file.
        MotionFileError: it is damaged, or its arrays are others.
    """
    content = _arrays(Path(path))
    turns = quat.exp(content["poses"][:, :_BODY].reshape(-1, len(JOINTS), 3))
    local = axes.z_up_wxyz(turns)
    local[:, 0] = quat.mul_inv(turns[:, 0], _TO_SMPL)
    own = "offsets" in content
    bones = skeleton or (
        Skeleton(offsets=content["offsets"].astype(np.float64)) if own else Skeleton.of_stature()
    )
    track = Track(
        actor=actor, skeleton=bones, root_positions=content["trans"] + np.asarray(pelvis),
        rotations_wxyz=quat.unroll(local), contacts=np.zeros((len(local), 4), dtype=bool),
    )  # fmt: skip
    low = (
        0.0 if own and skeleton is None else float(np.quantile(track.soles()[..., 2].min(1), 0.05))
    )
    fps = float(content["fps"])
    contacts = still_feet(track.positions() - [0.0, 0.0, low], fps)
    track = Track(
        actor=actor, skeleton=bones, root_positions=track.root_positions - [0.0, 0.0, low],
        rotations_wxyz=track.rotations_wxyz, contacts=contacts,
    )  # fmt: skip
    return Motion(fps=fps, tracks=(track,))


def _chosen(motion: Motion, actor: str | None) -> Track:
    names = [track.actor for track in motion.tracks]
    if actor is None and len(names) == 1:
        return motion.tracks[0]
    if actor not in names:
        hint = nearest(str(actor), names)
        raise ConfigError(
            f"An AMASS file holds one body; choose actor= among {', '.join(names) or 'nobody'}, "
            f"got {actor!r}.{hint}"
        )
    return motion.tracks[names.index(actor)]


def _arrays(path: Path) -> dict[str, Array]:
    """Poses, translation and frame rate, and bone offsets where they are."""
    if not path.is_file():
        raise ResourceError(f"There is no file {path}.")
    try:
        with zipfile.ZipFile(path) as archive:
            check_members(archive)
        with np.load(path, allow_pickle=False) as file:
            rate = next((key for key in _RATES if key in file), "mocap_framerate")
            names = {"poses": "poses", "trans": "trans", "fps": rate}
            names |= {"offsets": "offsets"} if "offsets" in file else {}
            content = {ours: np.asarray(file[key], dtype=float) for ours, key in names.items()}
    except _DAMAGE as error:
        raise MotionFileError(
            f"{path}: expected a file of AMASS with poses, trans and mocap_framerate, found "
            f"{type(error).__name__}: {error}."
        ) from error
    _check(path, content)
    return content


def _check(path: Path, content: dict[str, Array]) -> None:
    frames = len(content["trans"]) if content["trans"].ndim else 0
    poses, trans, fps = content["poses"], content["trans"], content["fps"]
    wide = poses.ndim == 2 and poses.shape[1] >= _BODY
    if not frames or trans.shape != (frames, 3) or not wide or len(poses) != frames:
        raise MotionFileError(
            f"{path}: expected poses (T, {_BODY} or more) and trans (T, 3) with T > 0, found "
            f"{poses.shape} and {trans.shape}."
        )
    for name, values in (("poses", poses), ("trans", trans)):
        bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
        if len(bad):
            raise MotionFileError(f"{path}: {name} holds NaN or infinity in frame {bad[0]}.")
    if fps.shape != () or not 0.0 < float(fps) < 1e5:
        raise MotionFileError(f"{path}: expected a positive mocap_framerate, found {fps}.")
    if "offsets" in content and content["offsets"].shape != (len(JOINTS), 3):
        shape = content["offsets"].shape
        raise MotionFileError(f"{path}: expected offsets (22, 3), found {shape}.")
    if "offsets" in content and not np.isfinite(content["offsets"]).all():
        raise MotionFileError(f"{path}: offsets holds NaN or infinity.")
