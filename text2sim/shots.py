"""Names of cameras: what a call's `camera=` and the words of a prompt can ask for."""

from __future__ import annotations

from typing import NamedTuple, get_args

from text2sim.errors import ConfigError, nearest
from text2sim.types.plan import Framing, Shot


class Wish(NamedTuple):
    """What somebody asked of the camera; None leaves it to the plan."""

    shot: Shot | None = None
    framing: Framing | None = None


MOVES: tuple[Shot, ...] = get_args(Shot)
MODIFIERS: dict[str, Framing] = {"close_up": "close", "wide": "wide"}
"""Names that say how much is shown; they may be joined to a shot: "orbit+close_up"."""


def camera_wish(name: str) -> Wish:
    """What a camera's name means: a shot, "close_up", "wide", or two of them joined by "+".

    Raises:
        ConfigError: a name is not known, or two names contradict each other.
    """
    shot: Shot | None = None
    framing: Framing | None = None
    for part in name.split("+"):
        if part in MODIFIERS and framing is None:
            framing = MODIFIERS[part]
        elif part in MOVES and shot is None:
            shot = next(item for item in MOVES if item == part)
        elif part in MODIFIERS or part in MOVES:
            raise ConfigError(f"camera can join a shot and one of {', '.join(MODIFIERS)}; "
                              f"got {name!r}.")  # fmt: skip
        else:
            known = (*MOVES, *MODIFIERS)
            hint = nearest(part, known)
            raise ConfigError(
                f"No camera is called {part!r}; there are {', '.join(known)}, "
                f"and keyframes (a CameraPlan, or a .json file on the command line).{hint}"
            )
    return Wish(shot, framing)
