"""`text2sim evaluate`: text-to-motion backends against held-out clips, as one table."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from text2sim.errors import ConfigError
from text2sim.terminal import Json, errors, print_json

if TYPE_CHECKING:
    from text2sim.evaluation.samples import Sample
    from text2sim.evaluation.scores import Protocol, Row

COLUMNS = (
    ("r1", "R@1"), ("r2", "R@2"), ("r3", "R@3"), ("r3_seen", "R@3 seen"),
    ("r3_unseen", "R@3 unseen"), ("fid", "FID"), ("mm_distance", "MM-Dist"),
    ("diversity", "Diversity"), ("multimodality", "Multimod."),
)  # fmt: skip
PHYSICAL = (
    ("foot_slide", "slide mm/frame"), ("slide_ratio", "slide ratio"), ("penetration", "pen. mm"),
    ("float", "float mm"), ("jerk", "jerk m/s3"), ("bone_error", "bones mm"),
)  # fmt: skip


def evaluate(
    names: Annotated[
        list[str],
        typer.Argument(help='Motion backends, "real", folders of runs: real sine runs/mdm ...'),
    ],
    split: Annotated[str, typer.Option(help="Held-out clips: test or val.")] = "test",
    data: Annotated[Path | None, typer.Option(help="Data set; the open pack if absent.")] = None,
    evaluator: Annotated[Path | None, typer.Option(help="Its folder; the released one.")] = None,
    repeats: Annotated[int, typer.Option(help="Deals of pools, for the intervals.")] = 20,
    generations: Annotated[int, typer.Option(help="Motions made of every sentence.")] = 2,
    samples: Annotated[Path | None, typer.Option(help="Keep motions here, and go on.")] = None,
    limit: Annotated[int | None, typer.Option(help="Look at so many windows only.")] = None,
    seed: Annotated[int, typer.Option(help="Of pools, words and motions.")] = 0,
    output: Annotated[Path | None, typer.Option("-o", "--output", help=".json or .md")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
    as_json: Json = False,
) -> None:
    """Measure text-to-motion backends on clips that no training saw: R-precision, FID, feet, ...

    Captions that training never saw have a column of their own. docs/evaluation.md defines all.
    """
    with errors(as_json):
        _check(names, output)
        from text2sim.evaluation.scores import Protocol

        protocol = Protocol(repeats=repeats, generations=generations, seed=seed)
        rows = _rows(names, split, data, evaluator, limit, samples, protocol, quiet or as_json)
        if output is not None:
            _write(output, rows)
        if as_json:
            print_json({"ok": True, "split": split, "rows": [_finite(r.as_dict()) for r in rows]})
        else:
            typer.echo(table(rows))


def _check(names: list[str], output: Path | None) -> None:
    from text2sim.evaluation.generators import generator

    if output is not None and output.suffix not in (".json", ".md"):
        raise ConfigError(f"--output must end in .json or .md; got {output}.")
    for name in names:
        if name != "real":
            generator(name)


def _rows(
    names: list[str], split: str, data: Path | None, evaluator: Path | None, limit: int | None,
    kept: Path | None, protocol: Protocol, quiet: bool,
) -> list[Row]:  # fmt: skip
    from text2sim.data.dataset import MotionDataset
    from text2sim.data.splits import clips_of
    from text2sim.evaluation.evaluator import Evaluator
    from text2sim.evaluation.generators import Kept, fingerprint, generator, title
    from text2sim.evaluation.samples import samples
    from text2sim.evaluation.scores import anybody, generated_row, real_row

    judge = Evaluator.load(evaluator)
    opened = MotionDataset.open(data) if data else MotionDataset.open_pack()
    held = _held(opened, split, limit)
    if not quiet:
        typer.echo(f"{len(held)} windows of {split}; reading what training was told ...", err=True)
    learnt = samples(clips_of(opened, "train"), tellings=2)
    seen = {anybody(text) for sample in learnt for text in (*sample.written, *sample.told)}
    report = None if quiet else _progress
    rows = []
    for name in names:
        if name == "real":
            rows.append(real_row(judge, held, learnt, seen, protocol))
        else:
            make, words = generator(name), title(name)
            store = Kept(folder=kept / f"{words}-{fingerprint(name)}") if kept else None
            rows.append(generated_row(words, make, judge, held, seen, protocol, report, kept=store))
    return rows


def _held(opened: Any, split: str, limit: int | None) -> list[Sample]:
    from text2sim.data.splits import SPLITS, clips_of
    from text2sim.evaluation.distances import POOL
    from text2sim.evaluation.samples import samples

    name = next((s for s in SPLITS if s == split), None)
    if name is None:
        raise ConfigError(f"--split must be one of {', '.join(SPLITS)}; got {split!r}.")
    if limit is not None and limit < POOL:
        raise ConfigError(f"--limit must be {POOL} or more, the size of a pool; got {limit}.")
    held = samples(clips_of(opened, name))
    step = max(1, len(held) // limit) if limit else 1
    held = held[::step][:limit]
    if len(held) < POOL:
        raise ConfigError(
            f"The split {split!r} has {len(held)} windows with a sentence; R-precision needs "
            f"{POOL}."
        )
    return held


def _progress(name: str, done: int, total: int) -> None:
    if done % 25 == 0 or done == total:
        typer.echo(f"{name}: {done} of {total}", err=True)


def table(rows: list[Row]) -> str:
    """Two tables in Markdown: against sentences and real motion, and physical."""
    first = [["", *(title for _, title in COLUMNS)]]
    second = [["", *(title for _, title in PHYSICAL), "CPU s/s", "not made"]]
    for row in rows:
        scores = [str(row.scores[k]) if k in row.scores else "-" for k, _ in COLUMNS]
        first.append([row.name, *scores])
        physical = [_number(row.physical[k].value) for k, _ in PHYSICAL]
        made = [f"{row.seconds:.3f}", f"{row.failed} of {row.windows}"]
        second.append([row.name, *physical, *(made if row.name != "real" else ["-", "-"])])
    return f"{_markdown(first)}\n\n{_markdown(second)}"


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3g}"


def _markdown(lines: list[list[str]]) -> str:
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    text = ["| " + " | ".join(c.ljust(w) for c, w in zip(line, widths)) + " |" for line in lines]
    return "\n".join([text[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *text[1:]])


def _write(output: Path, rows: list[Row]) -> None:
    from text2sim.io.files import replacing

    text = table(rows)
    if output.suffix == ".json":
        text = json.dumps([_finite(row.as_dict()) for row in rows], indent=1, allow_nan=False)
    with replacing(output) as path:
        path.write_text(text + "\n", encoding="utf-8")


def _finite(value: Any) -> Any:
    """JSON has no NaN: null in its place."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
