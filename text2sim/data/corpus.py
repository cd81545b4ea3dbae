"""The training corpus of motion models: clips on one body, with everything that is told of them.

Every clip of the training split is brought onto one skeleton and frame rate. It is told by people's
captions, put into one style of sentence, and by the automatic captioner in two wordings, window by
window. Compositions (one thing after the other, gestures over walks, other paces, curves) are
added. Mirror images are not stored: `text2sim.training` makes them from the features.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import final

import numpy as np

from text2sim.actions import VERBS
from text2sim.data.captioner import AutoCaption, captions
from text2sim.data.composition import CaptionedMotion, bent, captioned, during, faster, then
from text2sim.data.lessons import TOPICS, lessons
from text2sim.data.sources import Clip
from text2sim.edit import resample, retarget
from text2sim.errors import ConfigError, ResourceError, Text2SimError
from text2sim.skeleton import Skeleton
from text2sim.types.motion import Motion

FPS = 20.0
BODY = Skeleton.of_stature(1.75)
LESSONS = 0.36
"""Share of what is drawn that are lessons, see `text2sim.data.lessons`."""
WANTED = {"turn": 4.0, "kick": 5.0, "punch": 2.0, "wave": 2.0, "hop": 2.0, "clap": 2.0}
"""How much more often segments that begin with these are drawn."""
SHORTEST = 12
"""Frames of the shortest clip that is used."""
_SUBJECT = re.compile(
    r"^(?:an? |the )?(?:young |old )?(?:man|woman|boy|girl|figure|human|subject|actor|someone|"
    r"he|she|person)\b", re.IGNORECASE,
)  # fmt: skip
_KEYFRAMED = ("kay", "m2m", "uac", "ual", "zeroad")


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Take:
    """A motion of one actor on `BODY` at `FPS`.

    Attributes:
        id: of the clip, or of what it was made of.
        segments: what is told of it.
        ground: height of the reference ground under the body [m], (T,); None is a floor at 0.
        height: the terrain, heights [m] (...) at points (..., 2); None is a floor at 0.
    """

    id: str
    motion: Motion
    segments: tuple[Segment, ...]
    ground: np.ndarray | None = None
    height: Callable[[np.ndarray], np.ndarray] | None = None


@final
@dataclass(frozen=True, kw_only=True)
class Segment:
    """A part of a take that sentences tell; frames `start` to `stop` (exclusive).

    Attributes:
        texts: sentences that are all true of it.
        kind: what happens first in it, for balance.
        tags: how it is done and how it was made.
    """

    start: int
    stop: int
    texts: tuple[str, ...]
    kind: str
    tags: tuple[str, ...] = ()


def sentence_of(text: str) -> str:
    """A caption as "a person ...", in one style: short descriptions get a subject and a verb."""
    text = " ".join(text.strip().rstrip(".").split())
    if not text:
        return ""
    found = _SUBJECT.match(text)
    if found:
        return "a person" + text[found.end() :] + "."
    first, _, rest = text.replace(" - ", ", ").partition(" ")
    verb = first.lower().rstrip(",")
    if verb.endswith("ing") and (verb[:-3] in VERBS or verb[:-3] + "e" in VERBS):
        return f"a person is {first.lower()} {rest}".strip() + "."
    if verb in VERBS:
        comma = "," if first.endswith(",") else ""
        return f"a person {_third(verb)}{comma} {rest}".strip() + "."
    return f"a person performs {text.replace(' - ', ', ')}."


def _third(verb: str) -> str:
    if verb.endswith(("s", "sh", "ch", "x", "z", "o")):
        return verb + "es"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


def take_of(clip: Clip, rng: np.random.Generator) -> Take | None:
    """A clip of data on `BODY`; None where it is too short or nothing is known of it."""
    motion = _standard(clip.motion())
    if motion.frames < SHORTEST:
        return None
    source = "keyframed" if clip.id.startswith(_KEYFRAMED) else ""
    auto = [captions(motion, rng) for _ in range(2)]
    segments = [_told(first, second, motion.frames, source) for first, second in zip(*auto)]
    whole = _sentences([c.text for c in clip.captions() if c.end is None])
    if len(segments) == 1 and segments[0].stop - segments[0].start > 0.9 * motion.frames:
        one = segments[0]
        segments = [_segment(0, motion.frames, one.texts + whole, one.kind, one.tags)]
    elif whole:
        kind = _kind_of_words(whole[0])
        segments.append(_segment(0, motion.frames, whole, kind, (source,) if source else ()))
    for caption in clip.captions():
        if caption.end is not None:
            start, stop = round(caption.start * FPS), min(round(caption.end * FPS), motion.frames)
            if stop - start >= SHORTEST:
                text = sentence_of(caption.text)
                segments.append(_segment(start, stop, (text,), _kind_of_words(text), ()))
    return Take(id=clip.id, motion=motion, segments=tuple(segments)) if segments else None


def _sentences(texts: Sequence[str]) -> tuple[str, ...]:
    """People's captions in one style; lists of key words only where there is no sentence."""
    whole = [text for text in texts if _SUBJECT.match(text)] or texts
    return tuple(dict.fromkeys(filter(None, map(sentence_of, whole))))


def _standard(motion: Motion) -> Motion:
    if abs(motion.fps - FPS) > 1e-6:
        motion = resample(motion, FPS)
    return retarget(motion, BODY)


def _segment(
    start: int, stop: int, texts: Iterable[str], kind: str, tags: Sequence[str]
) -> Segment:
    return Segment(
        start=start, stop=stop, texts=tuple(dict.fromkeys(texts)), kind=kind,
        tags=tuple(tag for tag in tags if tag),
    )  # fmt: skip


def _told(first: AutoCaption, second: AutoCaption, frames: int, source: str) -> Segment:
    tags = (*first.style, "upper" if first.layer == "upper" else "", source)
    start, stop = round(first.start * FPS), min(round(first.end * FPS), frames)
    return _segment(start, stop, (first.text, second.text), _kind(first), tags)


def _kind(made: AutoCaption) -> str:
    """The first thing that is more than standing, with its side or way."""
    event = next((e for e in made.events if e.kind != "stand"), made.events[0])
    return " ".join(part for part in (event.kind, event.direction, event.side, event.rise) if part)


def _kind_of_words(text: str) -> str:
    return "words " + " ".join(text.split()[2:4])


def compositions(takes: Sequence[Take], count: int, rng: np.random.Generator) -> Iterator[Take]:
    """About `count` takes made of others; what does not fit together is left out."""
    told = told_of(takes, rng)
    if len(told) < 2:
        return
    makers: tuple[tuple[float, Callable[..., Take | None]], ...] = (
        (0.55, _joined), (0.15, _layered), (0.15, _paced), (0.15, _curved),
    )  # fmt: skip
    shares = np.array([share for share, _ in makers])
    for number in range(count):
        maker = makers[int(rng.choice(len(makers), p=shares))][1]
        for _ in range(4):
            try:
                made = maker(told, number, rng)
            except Text2SimError:
                continue
            if made is not None and made.motion.frames >= SHORTEST:
                yield made
                break


Told = Sequence[tuple[str, CaptionedMotion]]
"""Takes of up to 10 s with one caption for all of it, by id."""


def told_of(takes: Sequence[Take], rng: np.random.Generator) -> Told:
    """What can be composed."""
    short = [take for take in takes if take.motion.frames <= 10.0 * FPS and take.ground is None]
    found = [(take.id, captioned(take.motion, rng)) for take in short]
    return [(name, one) for name, one in found if one is not None]


def _pick(told: Told, rng: np.random.Generator) -> tuple[str, CaptionedMotion]:
    return told[int(rng.integers(len(told)))]


def _joined(told: Told, number: int, rng: np.random.Generator) -> Take:
    """Two things, one after the other, each also told alone: that is how timelines are made."""
    (a, first), (b, second) = _pick(told, rng), _pick(told, rng)
    whole = then(first, second, rng=rng)
    seam, end = first.motion.frames, whole.motion.frames
    tags = ("joined",)
    parts = (
        _segment(0, end, (whole.text,), _kind(whole.caption), tags),
        _segment(0, min(seam, end), (first.text,), _kind(first.caption), tags),
        _segment(min(seam, end - 1), end, (second.text,), _kind(second.caption), tags),
    )
    segments = tuple(s for s in parts if s.stop - s.start >= SHORTEST)
    return Take(id=f"then:{number}:{a}+{b}", motion=whole.motion, segments=segments)


def _layered(told: Told, number: int, rng: np.random.Generator) -> Take:
    uppers = [item for item in told if item[1].caption.layer == "upper"]
    travels = [
        item for item in told if any(e.kind in ("walk", "run") for e in item[1].caption.events)
    ]
    if not uppers or not travels:
        raise ConfigError("There is nothing to lay over something.")
    (a, upper), (b, lower) = _pick(uppers, rng), _pick(travels, rng)
    return _one(f"during:{number}:{a}+{b}", during(upper, lower, rng=rng))


def _paced(told: Told, number: int, rng: np.random.Generator) -> Take:
    name, one = _pick(told, rng)
    factor = float(rng.choice([rng.uniform(0.65, 0.88), rng.uniform(1.12, 1.5)]))
    return _one(f"faster:{number}:{name}", faster(one, factor, rng=rng))


def _curved(told: Told, number: int, rng: np.random.Generator) -> Take:
    travels = [item for item in told if any(e.shape == "straight" for e in item[1].caption.events)]
    if not travels:
        raise ConfigError("Nothing goes straight.")
    name, one = _pick(travels, rng)
    return _one(f"bent:{number}:{name}", bent(one, float(rng.uniform(-2.4, 2.4)), rng=rng))


def _one(name: str, made: CaptionedMotion) -> Take:
    whole = _segment(
        0, made.motion.frames, (made.text,), _kind(made.caption),
        (*made.caption.style, "upper" if made.caption.layer == "upper" else ""),
    )  # fmt: skip
    return Take(id=name, motion=made.motion, segments=(whole,))


def takes_of(
    clips: Iterable[Clip],
    *,
    composed: int,
    taught: int = 0,
    seed: int = 0,
    report: Callable[[str], None] = lambda text: None,
) -> list[Take]:
    """All takes of clips, compositions last.

    Args:
        clips: of one split.
        composed: how many compositions to add.
        taught: how many lessons to add, see `text2sim.data.lessons`.
        seed: of wordings and compositions.
        report: hears of clips that can't be used.

    Raises:
        ResourceError: no clip can be used.
    """
    rng = np.random.default_rng([seed, 5])
    takes = []
    for clip in clips:
        try:
            made = take_of(clip, rng)
        except Text2SimError as error:
            report(f"{clip.id} is left out: {error}")
            continue
        if made is not None:
            takes.append(made)
    if not takes:
        raise ResourceError(
            "No clip can be used: each needs a caption or something that the automatic captioner "
            f"detects, and {SHORTEST} frames at {FPS:g} frames/s."
        )
    more = list(compositions(takes, composed, rng))
    return takes + more + lessons(takes, taught, np.random.default_rng([seed, 8]))


def weights(segments: Sequence[Segment]) -> np.ndarray:
    """How often each segment is drawn, (S,), sum 1.

    By length, less for what is frequent, and more for what people ask for and the pack has little
    of (`WANTED`). Lessons have fixed shares by topic.
    """
    counts = Counter(segment.kind for segment in segments)
    raw = [
        min(max(s.stop - s.start, 40), 160) * counts[s.kind] ** -0.5
        * (0.6 if "keyframed" in s.tags else 1.0) * _wanted(s)
        for s in segments
    ]  # fmt: skip
    drawn = np.array(raw)
    topics = np.array([_topic(segment) for segment in segments])
    taught = {topic: share for topic, share in TOPICS.items() if np.any(topics == topic)}
    plain = topics == ""
    drawn[plain] /= max(float(drawn[plain].sum()), 1e-9)
    for topic, share in taught.items():
        drawn[topics == topic] *= LESSONS * share / drawn[topics == topic].sum()
    return drawn / drawn.sum()


def _topic(segment: Segment) -> str:
    first, _, rest = segment.kind.partition(" ")
    return rest.split()[0] if first == "lesson" else ""


def _wanted(segment: Segment) -> float:
    factor = max((f for kind, f in WANTED.items() if segment.kind.startswith(kind)), default=1.0)
    stops = any(text.rstrip(".").endswith(("stands", "stops")) for text in segment.texts)
    return factor * (2.0 if stops else 1.0)


def write_index(path: Path, rows: Sequence[tuple[int, Segment]]) -> None:
    """Write segments and the takes they belong to, a JSON line each."""
    lines = [json.dumps({"take": take, **asdict(segment)}) for take, segment in rows]
    temporary = path.with_suffix(".part")
    temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(temporary, path)


def read_index(path: Path) -> list[tuple[int, Segment]]:
    """What `write_index` wrote."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        take = row.pop("take")
        row["texts"], row["tags"] = tuple(row["texts"]), tuple(row["tags"])
        rows.append((take, Segment(**row)))
    return rows
