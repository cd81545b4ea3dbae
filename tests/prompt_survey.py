"""How much of a file of captions the parser understands, and what it stumbles over most.

python -m tests.prompt_survey captions.jsonl      # lines of text, or of JSON with "text"
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

from text2sim.errors import PromptError
from text2sim.prompt.spacy import SpacyParser
from text2sim.stage import Context
from text2sim.types import Script


def captions(path: str) -> list[str]:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] if line.startswith("{") else line for line in lines]


def understood(script: Script) -> bool:
    """Every action was found: nobody stands for want of a verb that the tables know."""
    return not any("unknown" in text or "names no action" in text for text in script.warnings)


def main(path: str) -> None:
    parser, context = SpacyParser(), Context()
    parser.run("a man walks", context)
    texts = captions(path)
    found, exact, complete = 0, 0, 0
    unused: Counter[str] = Counter()
    warnings: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    start = time.perf_counter()
    for text in texts:
        try:
            script = parser.run(text, context)
        except PromptError as error:
            refused[type(error).__name__] += 1
            continue
        found += understood(script)
        exact += understood(script) and not any("shown as" in text for text in script.warnings)
        complete += understood(script) and not script.unused
        unused.update(word.lower() for word in script.unused)
        warnings.update(script.warnings)
    took = (time.perf_counter() - start) / len(texts)
    print(f"{len(texts)} captions, {1000 * took:.1f} ms each")
    print(f"actions found {found / len(texts):.1%}, without a stand-in {exact / len(texts):.1%}")
    print(f"actions found and no word unplaced {complete / len(texts):.1%}")
    print(f"refused {dict(refused)}")
    print(f"unplaced {unused.most_common(20)}")
    for text, count in warnings.most_common(20):
        print(f"{count:6} {text}")


if __name__ == "__main__":
    main(sys.argv[1])
