# ruff: noqa: E501
"""Makes docs/motions.md and its pictures again: python docs/make_motion_gallery.py (a minute)."""

from __future__ import annotations

import io
import re
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from text2sim.data.dataset import MotionDataset
from text2sim.data.sources import Clip
from text2sim.io.motion_plot import strip, strip_height

DOCS = Path(__file__).parent
FOLDER = DOCS / "images" / "motions"
FAMILIES: dict[str, str] = {
    "dance": r"danc|ballet|salsa|charleston|pirouette|pointe|breakdance",
    "climb": r"climb|stair|ladder|step ?stool|playground|walks? up|walks? down",
    "crawl": r"crawl|on all fours",
    "swim": r"swim|treads? water",
    "roll and tumble": r"cartwheel|flip|somersault|\broll|handstand|acrobat",
    "fall and lie": r"\bfall|\bdie|\blie|\blying|knocked|death|sleep",
    "exercise": r"push-?ups?|sit-?ups?|squat|jumping jack|exercise|\bstretch|elbow|rotates? both",
    "jump and hop": r"jump|\bhop|leap|skip",
    "kick": r"kick|soccer",
    "fight": r"punch|box|fight|sword|attack|strike|defend|karate|martial|swing|dodge|shield|weapon",
    "throw and catch": r"throw|catch|basketball|dribbl|football|golf|pitch",
    "sit and kneel": r"\bsit|\bsat|chair|kneel|knees|drives? a car",
    "pick up and carry": r"pick|carr|lift|grab|puts? something|deposit|bends?",
    "push, pull, work": r"push|pull|sweep|wash|mop|chop|dig|work|use|hammer|drink|eat|reach|open",
    "wave and gesture": r"wav|greet|gestur|clap|point|shrug|nod|salut|bow|cheer|talk|conversation|sign",
    "balance": r"balanc|rope|beam|one leg",
    "run": r"\brun|\bjog|sprint",
    "sneak and crouch": r"sneak|crouch|tiptoe|creep|duck",
    "walk in a manner": r"style|drunk|limp|tired|anxi|proud|sag|stagger|strut|march|old|zombie|angr|sad",
    "turn and sidestep": r"\bturn|sideways|sidestep|strafe|backward|circle|winding|curve|veer",
    "walk": r"walk|amble|stroll|pac|step",
    "stand and idle": r"stand|idle|wait|look|breath",
}  # fmt: skip
"""Family -> words of a caption; a clip goes to the first that fits."""
SHOWN: dict[str, str] = {
    "exercise": "m2m_Jumping_Jacks", "kick": "cmu_10_02", "fight": "ual_Punch_Cross",
    "sit and kneel": "uac_SitDown", "pick up and carry": "kay_PickUp",
    "throw and catch": "m2m_Throw_Object", "push, pull, work": "ual_Push_Loop",
}  # fmt: skip

"""Family -> clip to show, where the first of a good length is a poor one."""


def main() -> None:
    """Sort the clips, draw one of each family, and write the page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    families: dict[str, list[Clip]] = {}
    for clip in MotionDataset.open_pack():
        families.setdefault(_family(clip), []).append(clip)
    shared: dict[str, int] = {}
    for clip in MotionDataset.open_pack(share_alike=True):
        shared[_family(clip)] = shared.get(_family(clip), 0) + 1
    lines = [
        "# The motions of the open pack, by family",
        "",
        "One clip of each family, as `motion.plot()` draws its strip: left orange, right blue, time from left to right.",
        "Families are told by words of the captions (`python docs/make_motion_gallery.py` makes this page). The last column",
        "counts clips in the share-alike part, of which no picture is shown. Terms: `assets/motions/LICENCE.md`.",
        f"{_idle(families)} of the 22 clips of the layer `reactidle` are in *stand and idle*.",
        "",
        "| family | clips | min | share-alike |",
        "|---|---|---|---|",
    ]  # fmt: skip
    names = [name for name in (*FAMILIES, "other") if name in families or name in shared]
    for name in names:
        clips = families.get(name, [])
        minutes = sum(clip.motion().duration for clip in clips) / 60.0
        lines.append(f"| {name} | {len(clips)} | {minutes:.1f} | {shared.get(name, 0)} |")
    for name in FAMILIES:
        if name in families:
            clip = _shown(name, families[name])
            picture = FOLDER / f"{re.sub('[^a-z]+', '_', name)}.png"
            _draw(clip, picture)
            caption = clip.captions()[-1].text if clip.captions() else "no caption"
            lines += ["", f"**{name}**: {caption} (`{clip.id}`)", "",
                      f"![{name}](images/motions/{picture.name})"]  # fmt: skip
    (DOCS / "motions.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _idle(families: dict[str, list[Clip]]) -> int:
    return sum(clip.path.stem == "reactidle" for clip in families["stand and idle"])


def _family(clip: Clip) -> str:
    text = " ".join(caption.text.lower() for caption in clip.captions())
    return next((name for name, words in FAMILIES.items() if re.search(words, text)), "other")


def _shown(family: str, clips: list[Clip]) -> Clip:
    """The clip that is named, or else the one nearest to four seconds."""
    named = [clip for clip in clips if clip.id == SHOWN.get(family)]
    return named[0] if named else min(clips, key=lambda clip: abs(clip.motion().duration - 4.0))


def _draw(clip: Clip, path: Path) -> None:
    motion = clip.motion()
    track = motion.tracks[0]
    figure = Figure(figsize=(12.0, strip_height(track)), facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    strip(axes, track, motion.fps, 12)
    axes.set_title("")
    axes.set_title("", loc="left")
    axes.set_title("", loc="right")
    content = io.BytesIO()
    figure.savefig(content, dpi=75, format="png")
    Image.open(content).convert("RGB").quantize(32).save(path, optimize=True)


if __name__ == "__main__":
    main()
