"""Train, validation and test clips, parted by the recording that they come from.

Two windows, a mirror image or a repeated take of one recording look alike: a test that has one of
them while training had the other measures memory. Clips are therefore parted by `trial`, and a
trial's part follows from a hash of its name alone: other clips may come and go.

What is held out in the open pack: recordings, not people, and not tasks. Of the Cologne database a
trial is a task as performed within one hour, which one or two of its 28 actors did; the same task
by others, and other tasks by the same, may be in training. Captions that training never saw are a
matter of the test: see `text2sim evaluate`.
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal

from text2sim.data.dataset import MotionDataset
from text2sim.data.sources import Clip
from text2sim.errors import ConfigError, ResourceError

Split = Literal["train", "val", "test"]
SPLITS: tuple[Split, ...] = ("train", "val", "test")
SHARES: dict[Split, float] = {"train": 0.8, "val": 0.08, "test": 0.12}
"""Parts of the trials that are hashed to each split."""

_KOELN = re.compile(r"koeln_(\d{4}_\d{2}_\d{2}_\d{2})_\d{2}")
_HDM = re.compile(r"(HDM_[a-z]{2}_\w+?)_\d{3}_\d+", re.IGNORECASE)
_HUMANML3D = re.compile(r"M?(\d{6})")
_VARIANTS = re.compile(r"(?:_(?:rm|loop|inplace|mirror(?:ed)?|pose|shorten|edited))+$", re.I)


def trial(clip: Clip) -> str:
    """Name of the recording that a clip comes from.

    Takes of one task within one hour (Cologne), repetitions of one class by one actor (HDM05),
    mirrored clips (HumanML3D) and variants of one animation ("_Loop", "_RM") share a name.
    """
    if found := _KOELN.match(clip.id):
        captions = clip.captions()
        return f"koeln_{found[1]}/{captions[0].text if captions else ''}"
    if found := _HDM.fullmatch(clip.id) or _HUMANML3D.fullmatch(clip.id):
        return found[1]
    return _VARIANTS.sub("", clip.id)


def split_of(name: str) -> Split:
    """The split of a trial, by its name alone."""
    digest = hashlib.sha256(f"text2sim split 1:{name}".encode()).digest()
    place, edge = int.from_bytes(digest[:8], "big") / 2.0**64, 0.0
    for split in SPLITS:
        edge += SHARES[split]
        if place < edge:
            return split
    return "test"


def clips_of(data: MotionDataset, split: Split) -> tuple[Clip, ...]:
    """The clips of a split, in the order of the data set.

    A folder that lists its own splits (train.txt, val.txt and test.txt, as HumanML3D has) is parted
    as it says; clips that it does not list are in none.

    Raises:
        ConfigError: there is no split of that name.
        ResourceError: no clip is in the split.
    """
    if split not in SPLITS:
        raise ConfigError(f"A split is one of {', '.join(SPLITS)}; got {split!r}.")
    if all((data.folder / f"{name}.txt").is_file() for name in SPLITS):
        listed = MotionDataset.open(data.folder, kind=data.kind, split=split)
        known = {clip.id for clip in listed.clips}
        chosen = tuple(clip for clip in data.clips if clip.id in known)
    else:
        chosen = tuple(clip for clip in data.clips if split_of(trial(clip)) == split)
    if not chosen:
        raise ResourceError(
            f"None of the {len(data)} clips of {data.folder} is in the split {split!r}: there are "
            "too few recordings to hold some out. Give a folder with more."
        )
    return chosen
