"""Stop after any stage and look at what it made."""

import sys
from pathlib import Path

from text2sim import Pipeline


def main(folder: Path) -> None:
    """Print the script, draw the plan, measure the motion."""
    pipeline, prompt = Pipeline(), "a man walks to the table and picks up the red cup"
    script = pipeline(prompt, until="parser")
    for action in script.actions:
        print(action)
    plan = pipeline(prompt, until="planner")
    plan.plot().figure.savefig(folder / "plan.png", dpi=100)  # needs text2sim[plot]
    motion = pipeline(prompt, until="motion")
    positions = motion.tracks[0].positions()  # (T, 22, 3) [m], world, Z up
    print(f"joint positions {positions.shape}, {motion.duration:.1f} s at {motion.fps:g} fps")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
