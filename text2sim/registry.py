"""Backend names: what a string at the edge stands for.

Other packages add backends through the entry-point group `text2sim.<stage>`:

    [project.entry-points."text2sim.motion"]
    robot = "my_package.robot:RobotMotion"
"""

from __future__ import annotations

import importlib
from importlib.metadata import EntryPoint, entry_points

from text2sim.errors import PipelineError, UnknownBackendError, nearest
from text2sim.stage import Stage

BUILTIN: dict[str, dict[str, str]] = {
    "parser": {"spacy": "text2sim.prompt.spacy:SpacyParser"},
    "planner": {"heuristic": "text2sim.scene.heuristic:HeuristicPlanner"},
    "assets": {
        "procedural": "text2sim.assets.procedural:ProceduralAssets",
        "shap-e": "text2sim.assets.shap_e:ShapEAssets",
        "triposr": "text2sim.assets.triposr:TripoSRAssets",
    },
    "motion": {
        "sine": "text2sim.motion.sine:SineMotion",
        "ssm": "text2sim.motion.ssm.backend:SSMMotion",
        "retrieval": "text2sim.motion.retrieval.generator:RetrievalMotion",
        "mdm": "text2sim.motion.mdm.generator:MDMMotion",
    },
    "refine": {
        "foot-lock": "text2sim.refine.foot_lock:FootLock",
        "physics-ssm": "text2sim.refine.physics_ssm:PhysicsSSMRefiner",
    },
    "physics": {
        "pybullet": "text2sim.physics.pybullet:PyBulletEngine",
        "mujoco": "text2sim.physics.mujoco:MuJoCoEngine",
    },
    "controller": {
        "kinematic": "text2sim.control.kinematic:KinematicController",
        "pd": "text2sim.control.pd:PDController",
        "sampling": "text2sim.control.sampling:SamplingController",
        "deepmimic": "text2sim.control.deepmimic:DeepMimicController",
        "ppo": "text2sim.control.tracking.controller:PPOController",
    },
    "renderer": {
        "raster": "text2sim.render.raster:RasterRenderer",
        "pybullet": "text2sim.render.pybullet:PyBulletRenderer",
        "opengl": "text2sim.render.opengl:OpenGLRenderer",
        "cycles": "text2sim.render.cycles:CyclesRenderer",
    },
    "enhancer": {
        "none": "text2sim.enhance.none:NoEnhancer",
        "film": "text2sim.enhance.film:FilmEnhancer",
        "neural": "text2sim.enhance.neural:NeuralEnhancer",
        "controlnet": "text2sim.enhance.controlnet:ControlNetEnhancer",
    },
}
"""Stage -> backend name -> "module:class"."""

DEFAULTS: dict[str, str] = {
    "parser": "spacy", "planner": "heuristic", "assets": "procedural", "motion": "sine",
    "physics": "pybullet", "controller": "pd", "renderer": "raster", "enhancer": "none",
}  # fmt: skip


def backends(stage: str) -> tuple[str, ...]:
    """Names of all backends of a stage, built-in first, then plug-ins in order of name."""
    return (*BUILTIN[_known(stage)], *sorted(_plugins(stage)))


def backend_class(stage: str, name: str) -> type[Stage]:
    """The class of a backend.

    Raises:
        UnknownBackendError: there is none of that name.
        PipelineError: a plug-in can't be imported, or isn't a stage of this kind.
    """
    if name in BUILTIN[_known(stage)]:
        module, _, attribute = BUILTIN[stage][name].partition(":")
        return getattr(importlib.import_module(module), attribute)
    plugins = _plugins(stage)
    if name not in plugins:
        known = backends(stage)
        raise UnknownBackendError(
            f"No {stage} backend is called {name!r}.{nearest(name, known)} "
            f"Known: {', '.join(known)}."
        )
    return _load_plugin(stage, plugins[name])


def _known(stage: str) -> str:
    if stage not in BUILTIN:
        raise PipelineError(f"No stage is called {stage!r}.{nearest(stage, tuple(BUILTIN))}")
    return stage


def _plugins(stage: str) -> dict[str, EntryPoint]:
    found = entry_points(group=f"text2sim.{stage}")
    return {item.name: item for item in found if item.name not in BUILTIN[stage]}


def _load_plugin(stage: str, plugin: EntryPoint) -> type[Stage]:
    try:
        loaded = plugin.load()
    except Exception as error:
        raise PipelineError(
            f"The plug-in {plugin.name!r} ({plugin.value}) of the {stage} stage can't be imported: "
            f"{error}. Repair or uninstall the package that brings it."
        ) from error
    if not (isinstance(loaded, type) and issubclass(loaded, Stage) and loaded.stage == stage):
        raise PipelineError(f"The plug-in {plugin.value} is not a {stage} stage.")
    return loaded
