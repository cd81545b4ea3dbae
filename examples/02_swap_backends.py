"""Swap a stage by name or by object; work done before it is reused."""

import sys
from pathlib import Path

from text2sim import Pipeline
from text2sim.control.pd import PDController


def main(folder: Path) -> None:
    """The same motion shown as planned, simulated, and simulated with less help."""
    options = {"seed": 1, "duration": 2.0, "size": (320, 240)}
    simulated = Pipeline()
    for name, pipeline in {
        "planned": simulated.replace(controller="kinematic"),
        "simulated": simulated,
        "less_help": simulated.replace(controller=PDController(assist=0.1)),
    }.items():
        anim = pipeline("a woman waves", **options)
        anim.save(folder / f"wave_{name}.png")
        print(f"{name:<12}{anim.outcome.status:<12}{anim.metrics()['assist']}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
