"""One walk, filmed in several ways: shots by name, by the words of the prompt, and keyframes.

What is simulated stays; another camera only renders again.
"""

import sys
from pathlib import Path

from text2sim import Pipeline
from text2sim.types import CameraPlan


def main(folder: Path) -> None:
    """Write a contact sheet for every camera."""
    pipeline = Pipeline()
    options = {"seed": 7, "duration": 2.0, "fps": 8.0, "size": (192, 144)}
    prompt = "a woman walks to the table and waves"
    for camera in ("follow", "over_shoulder", "orbit+close_up"):
        anim = pipeline(prompt, camera=camera, **options)
        anim.save(folder / f"camera_{camera.replace('+', '_')}.png")

    crane = CameraPlan(
        times=[0.0, 2.0], eye=[[-1.5, -4.0, 0.8], [3.0, -4.0, 3.5]], target=[[0.5, 0.0, 0.9]] * 2
    )
    pipeline(prompt, camera=crane, **options).save(folder / "camera_keyframes.png")

    spoken = pipeline(f"{prompt}, the camera orbits around her", **options)
    print(f"{spoken.script.view!r} became the shot {spoken.plan.camera.shot!r}.")
    spoken.save(folder / "camera_spoken.png")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
