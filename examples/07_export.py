"""The clip as 3D: skinned body, objects, camera and light in one .glb file for Blender and engines.

What is written is what the simulation did. The motion before physics can be written too, to see
both side by side. Needs: pip install "text2sim[export]"
"""

import sys
from pathlib import Path

from text2sim import Pipeline
from text2sim.io.gltf import write_moving
from text2sim.io.moving import MovingScene


def main(folder: Path) -> None:
    """Write the simulated clip and the motion that it followed."""
    anim = Pipeline()("a woman kicks a ball", size=(160, 120))
    path = anim.save(folder / "kick.glb")
    write_moving(MovingScene.of_motion(anim.motion), folder / "kick_before_physics.glb")
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB, {anim.duration:.1f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
