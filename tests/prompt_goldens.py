"""Golden prompts: what the parser must make of each sentence of tests/golden/prompts.jsonl.

A line holds a prompt and its script, of which only fields that differ from their default are
written. After a change of the parser, look at what moved and accept it if a human would agree:

    python -m tests.prompt_goldens            # print the differences
    python -m tests.prompt_goldens --accept   # write them into the file
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import json
import sys
from pathlib import Path
from typing import Any

from text2sim.prompt.spacy import SpacyParser
from text2sim.stage import Context
from text2sim.types import Script

PATH = Path(__file__).parent / "golden" / "prompts.jsonl"


def load() -> list[dict[str, Any]]:
    return [json.loads(line) for line in PATH.read_text(encoding="utf-8").splitlines()]


@functools.cache
def parse(prompt: str) -> Script:
    return SpacyParser().run(prompt, Context())


def compact(value: Any) -> Any:
    """A dataclass as JSON values, without the prompt and without fields at their default."""
    if isinstance(value, tuple):
        return [compact(item) for item in value]
    if not dataclasses.is_dataclass(value):
        return value
    return {
        item.name: compact(getattr(value, item.name))
        for item in dataclasses.fields(value)
        if item.name != "prompt" and getattr(value, item.name) != item.default
    }


def difference(prompt: str, expected: dict[str, Any], found: dict[str, Any]) -> str:
    """A readable diff, one line for each actor, prop and action; empty if there is none."""
    if expected == found:
        return ""
    lines = difflib.unified_diff(
        _lines(expected), _lines(found), "expected", "found", "", "", 99, ""
    )
    return "\n".join([prompt, *lines])


def _lines(script: dict[str, Any]) -> list[str]:
    lines = []
    for name, content in script.items():
        rows = content if isinstance(content, list) else [content]
        lines += [f"{name}: {json.dumps(row)}" for row in rows]
    return lines


def main(accept: bool) -> None:
    entries = []
    for entry in load():
        found = compact(parse(entry["prompt"]))
        text = difference(entry["prompt"], entry["script"], found)
        if text:
            print(text, end="\n\n")
        entries.append({"prompt": entry["prompt"], "script": found})
    if accept:
        lines = [json.dumps(entry, ensure_ascii=False) for entry in entries]
        PATH.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main("--accept" in sys.argv[1:])
