"""The director: a shot and what really happened become the camera of every frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from text2sim.maths.camera import fit_view, look_at
from text2sim.maths.filters import minimum_jerk
from text2sim.render.calm import calm, envelope
from text2sim.render.obstacles import find_obstacles
from text2sim.render.rails import STEP, Course, Deviation, Sight, directions, find_place, find_way
from text2sim.render.subjects import Subjects, find_subjects
from text2sim.types import CameraPlan, CameraTrack, Framing, Shot, Trace

Array = np.ndarray

FILL, GOAL_FILL = 0.82, 0.94
"""Part of the picture that bodies, and bodies with what they act on, may fill."""
GOAL_SHARE = 1.4
"""For the sake of things a camera goes at most so many times as far as for the bodies."""
STILL, STILL_ROUND = 1.4, 1.8
"""A camera stands still if it shows all from at most so many times the distance that bodies need
much of the time; more where people come back."""
NEAREST, NEAREST_FACE = 1.6, 0.9
"""Least distance of the camera, and of a close-up [m]."""
WIDE = 1.7
"""How much farther a wide shot stands."""
PUSH, PUSH_CLOSE = 1.9, 2.6
"""A dolly shot begins so many times as far as it ends; the second holds for close-ups."""
EYE_LEVEL = 0.85
"""A camera looks at people from no lower than this [m], even if they lie."""
ORBIT_SPEED, ORBIT_ELEVATION = 0.42, np.radians(11.0)
TOP_ELEVATION = np.radians(72.0)
TURN_SPEED, TURN_ACCELERATION = 0.8, 1.0
"""Bounds of the turning of a camera [rad/s, rad/s²]."""
MOVE_ACCELERATION = 3.0
"""Bound of the acceleration of the point that a camera follows [m/s²]."""
ASIDE = {"orbit": np.radians(100.0), "behind": np.radians(60.0), "top": np.radians(180.0)}
"""Greatest turn aside for an obstacle; any other shot may look from anywhere."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Take:
    """What a shot works with: S moments of T frames are those at which the way is chosen."""

    trace: Trace
    subjects: Subjects
    sight: Sight
    moments: Array
    slopes: Array
    shot: Shot
    framing: Framing
    azimuth: float
    elevation: float

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self.trace.fps

    @property
    def frames(self) -> int:
        """Number of frames, T."""
        return len(self.subjects.bodies)


def direct(trace: Trace, size: tuple[int, int], plan: CameraPlan) -> CameraTrack:
    """The camera of every frame for a picture of some size [px].

    Args:
        plan: its shot, framing and fov, and its first keyframe as the side to look from.
    """
    take = _take(trace, size, plan)
    if take.shot == "over_shoulder" and trace.tracks:
        from text2sim.render.shoulder import over_shoulder

        eye, target = over_shoulder(take)
    elif take.shot == "static":
        eye, target = _still(take)[:2]
    elif take.shot == "auto":
        eye, target = _calmest(take)
    else:
        eye, target = _moving(take)[:2]
    return CameraTrack(eye=eye, target=target, fov=plan.fov)


def _take(trace: Trace, size: tuple[int, int], plan: CameraPlan) -> Take:
    frames = len(trace.object_positions)
    count = int(np.ceil((frames - 1) / trace.fps / STEP)) + 1
    moments = np.unique(np.linspace(0, frames - 1, max(count, 2)).round().astype(int))
    away = plan.eye[0] - plan.target[0]
    subjects = find_subjects(trace, plan.framing)
    upper = subjects.upper[moments]
    owners = np.arange(upper.shape[1]) * len(trace.tracks) // max(upper.shape[1], 1)
    return Take(
        trace=trace,
        subjects=subjects,
        sight=Sight(upper, owners, find_obstacles(trace, moments)),
        moments=moments,
        slopes=np.tan(0.5 * plan.fov) * np.array(size) / min(size),
        shot=plan.shot or "auto",
        framing=plan.framing,
        azimuth=float(np.arctan2(away[1], away[0])),
        elevation=float(np.arcsin(away[2] / np.linalg.norm(away))),
    )


def _calmest(take: Take) -> tuple[Array, Array]:
    """A still camera if it shows people large enough and unhidden, else one that follows."""
    eye, target, hidden = _still(take)
    moving_eye, moving_target, moving_hidden = _moving(take)
    distance = np.linalg.norm(eye[0] - target[0])
    enough = np.quantile(_for_bodies(take, _course(take, moving_target, np.ones(take.frames))), 0.3)
    allowed = STILL if _leads_away(take.subjects) else STILL_ROUND
    if distance <= allowed * _framed(take, enough) and hidden <= moving_hidden + 0.03:
        return eye, target
    return moving_eye, moving_target


def _leads_away(subjects: Subjects) -> bool:
    """Somebody ends far from where it began, compared with the way that it went."""
    way = np.linalg.norm(np.diff(subjects.heads[::5], axis=0), axis=2).sum(axis=0)
    gone = np.linalg.norm(subjects.heads[-1] - subjects.heads[0], axis=1)
    return bool((gone > 0.5 * way + 0.3).any())


def _still(take: Take) -> tuple[Array, Array, float]:
    """Eye and target (T, 3) that never move, and the share of what is hidden."""
    towards = directions(np.array(take.azimuth), np.array(take.elevation))
    centre, distance = _fit_all(take, towards)
    course = _course(take, np.tile(centre, (take.frames, 1)), np.full(take.frames, distance))
    course = coarsely(take, _raised(course))
    place = find_place(course, take.sight)
    azimuth = course.azimuths[0] + place.turns[0]
    elevation = course.elevations[0] + place.lifts[0]
    towards = directions(azimuth, elevation)
    centre, distance = _fit_all(take, towards)
    eye = centre + max(distance * place.shrinks[0], _nearest(take)) * towards
    eyes, targets = np.tile(eye, (take.frames, 1)), np.tile(centre, (take.frames, 1))
    return eyes, targets, _hidden(take, eyes)


def _fit_all(take: Take, towards: Array) -> tuple[Array, float]:
    """Target and distance of a still camera in a direction that shows all of the clip."""
    axes = look_at(towards, np.zeros(3))
    subjects = take.subjects
    every = slice(None, None, max(1, int(take.fps / 10)))
    bodies = (subjects.bodies[every] @ axes.T).reshape(-1, 3)
    radii = np.tile(subjects.radii, len(subjects.bodies[every]))
    goals = (subjects.goals[every][subjects.wanted[every]]) @ axes.T
    centre, distance = fit_view([(bodies, FILL * take.slopes, radii)])
    if len(goals):
        wider = fit_view([(bodies, FILL * take.slopes, radii),
                          (goals, GOAL_FILL * take.slopes, 0.0)])  # fmt: skip
        if wider[1] <= GOAL_SHARE * distance:
            centre, distance = wider
    return centre @ axes, float(_framed(take, np.array(max(distance, _nearest(take)))))


def _moving(take: Take) -> tuple[Array, Array, float]:
    """Eye and target (T, 3) that go along, and the share of what is hidden."""
    pivots = calm(take.subjects.centres, take.fps, scale=0.35 if take.framing == "close" else 0.6,
                  speed=20.0, acceleration=MOVE_ACCELERATION)  # fmt: skip
    course = _course(take, pivots, np.ones(take.frames))
    course = _raised(course._replace(distances=_distances(take, course)))
    way = _way(take, course)
    course = course._replace(
        azimuths=course.azimuths + way.turns, elevations=course.elevations + way.lifts
    )
    distances = np.maximum(_distances(take, course) * way.shrinks * _push(take), _nearest(take))
    eyes = pivots + distances[:, None] * directions(course.azimuths, course.elevations)
    return eyes, pivots, _hidden(take, eyes)


def _course(take: Take, pivots: Array, distances: Array) -> Course:
    """Where the shot would look from, if nothing were in its way."""
    frames = take.frames
    azimuths, elevations = np.full(frames, take.azimuth), np.full(frames, take.elevation)
    if take.shot == "orbit":
        azimuths, elevations = azimuths + _sweep(take), np.maximum(elevations, ORBIT_ELEVATION)
    elif take.shot == "behind":
        azimuths = heading_of_travel(take) + np.pi
    elif take.shot == "top":
        elevations = np.maximum(elevations, TOP_ELEVATION)
    return Course(pivots, azimuths, elevations, distances)


def _raised(course: Course) -> Course:
    """The course no lower than at `EYE_LEVEL` above the ground below the pivot, or nearly so."""
    low = (EYE_LEVEL - course.pivots[:, 2]) / course.distances
    least = np.arcsin(np.clip(low, 0.0, 0.6)).max()
    return course._replace(elevations=np.maximum(course.elevations, least))


def heading_of_travel(take: Take) -> Array:
    """Heading [rad] of the first actor, calm, (T,)."""
    return calm(take.subjects.facings[:, 0], take.fps, scale=0.8,
                speed=TURN_SPEED, acceleration=TURN_ACCELERATION)  # fmt: skip


def _sweep(take: Take) -> Array:
    """Angle of an orbit [rad], (T,): at most once round, with a soft start and end."""
    times = np.arange(take.frames) / take.fps
    length = max(float(times[-1]), 1e-6)
    soft = min(1.2, 0.3 * length)
    rate = min(ORBIT_SPEED, 2.0 * np.pi / (length - soft))
    speed = minimum_jerk(times / soft) * minimum_jerk((length - times) / soft)
    return rate * np.append(0.0, np.cumsum(0.5 * (speed[1:] + speed[:-1])) / take.fps)


def _push(take: Take) -> Array:
    """Factor on the distance, (T,): a dolly comes nearer, or goes away."""
    if take.shot not in ("dolly", "pull_back"):
        return np.ones(take.frames)
    share = minimum_jerk(np.linspace(0.0, 1.0, take.frames))
    most = PUSH_CLOSE if take.framing == "close" else PUSH
    return 1.0 + (most - 1.0) * (share if take.shot == "pull_back" else 1.0 - share)


def _distances(take: Take, course: Course) -> Array:
    """Least smooth distances (T,) at which everybody is in the picture, and things if possible."""
    subjects, bodies = take.subjects, _for_bodies(take, course)
    if subjects.goals.shape[1]:
        goals = _needed(course, subjects.goals, GOAL_FILL * take.slopes, 0.0)
        goals = np.where(subjects.wanted, goals, 0.0).max(axis=1)
        bodies = np.maximum(bodies, np.minimum(goals, GOAL_SHARE * bodies))
    least = np.maximum(bodies, max(_nearest(take), 0.7 * float(bodies.max())))
    return _framed(take, envelope(least, take.fps, 1.5))


def _for_bodies(take: Take, course: Course) -> Array:
    """Least distances (T,) at which everybody is in the picture."""
    subjects = take.subjects
    return _needed(course, subjects.bodies, FILL * take.slopes, subjects.radii).max(axis=1)


def _needed(course: Course, points: Array, slopes: Array, radii: Array | float) -> Array:
    """Least distance (T, P) at which balls around points (T, P, 3) are in the picture."""
    axes = look_at(directions(course.azimuths, course.elevations), np.zeros(3))
    local = np.einsum("tij,tpj->tpi", axes, points - course.pivots[:, None])
    across = ((np.abs(local[..., :2]) + np.expand_dims(radii, -1)) / slopes).max(axis=-1)
    return np.asarray(across - local[..., 2])


def _framed(take: Take, distance: Array) -> Array:
    return WIDE * distance if take.framing == "wide" else distance


def _nearest(take: Take) -> float:
    return NEAREST_FACE if take.framing == "close" else NEAREST


def _way(take: Take, course: Course) -> Deviation:
    """How the camera deviates from its course in every frame, calm, (T,)."""
    widest = ASIDE.get(take.shot, np.pi)
    return smooth_way(take, find_way(coarsely(take, course), take.sight, widest))


def coarsely(take: Take, course: Course) -> Course:
    """The course at the moments only."""
    return Course(*(item[take.moments] for item in course))


def smooth_way(take: Take, way: Deviation) -> Deviation:
    """A way at the moments, (S,), as calm curves over all frames, (T,)."""
    at = np.arange(take.frames)
    turns, lifts, shrinks = (np.interp(at, take.moments, values) for values in way)
    calmed = [calm(values, take.fps, scale=0.5, speed=TURN_SPEED, acceleration=TURN_ACCELERATION)
              for values in (turns, lifts, shrinks)]  # fmt: skip
    return Deviation(*calmed)


def _hidden(take: Take, eyes: Array) -> float:
    """Share of the upper bodies that things hide."""
    return float(take.sight.hidden(eyes[take.moments][:, None]).mean())


def with_wish(plan: CameraPlan, shot: Shot | None, framing: Framing | None) -> CameraPlan:
    """The planned camera with what the user asked for."""
    return replace(plan, shot=shot or plan.shot or "auto", framing=framing or plan.framing)
