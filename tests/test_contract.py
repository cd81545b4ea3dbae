"""What every backend of every stage promises, tested over all that are registered."""

import dataclasses

import numpy as np
import pytest

from text2sim.errors import Cancelled, ConfigError, MissingExtraError, ResourceError
from text2sim.physics.mujoco import MuJoCoEngine
from text2sim.pipeline import Pipeline
from text2sim.registry import BUILTIN, DEFAULTS, backend_class
from text2sim.render.raster import RasterRenderer
from text2sim.stage import STAGES, Context, Options

PROMPT = "a man walks up stairs"
REQUEST = Options(duration=1.0, fps=10.0, size=(64, 48), channels=("rgb", "depth", "segmentation"))
OPTIONAL = {("renderer", "cycles"), ("renderer", "opengl"), ("motion", "mdm"),
            ("assets", "shap-e"), ("assets", "triposr"), ("controller", "ppo"),
            ("enhancer", "controlnet"),
            ("enhancer", "neural")}  # fmt: skip
"""Backends that need more than a default installation has."""
SMALL = {("controller", "sampling"): {"particles": 6, "beam": 3, "assist": (50.0,)}}
"""Settings of backends whose default ones are too much work for a test."""
ALL = [(stage, name) for stage in STAGES for name in BUILTIN[stage]]


@pytest.fixture(scope="module")
def inputs():
    """The value that goes into each stage, made by the default backends."""
    values = {STAGES[0]: PROMPT}
    for stage, value in Pipeline().steps(PROMPT, REQUEST):
        following = STAGES.index(stage.stage) + 1
        if following < len(STAGES):
            values[STAGES[following]] = value
    return values


def ready(stage, name):
    """A backend with its default settings (or `SMALL`); skips where an optional part is missing."""
    backend = backend_class(stage, name)(**SMALL.get((stage, name), {}))
    try:
        backend.check(REQUEST)
    except (MissingExtraError, ResourceError) as error:
        if (stage, name) not in OPTIONAL:
            raise
        pytest.skip(str(error))
    return backend


def given(inputs, stage, name):
    """What goes into a backend; sampling asks for a world of MuJoCo's, enhancers for channels."""
    if (stage, name) == ("controller", "sampling"):
        return MuJoCoEngine(rate=240.0).run(inputs["physics"], Context(request=REQUEST))
    if stage == "enhancer" and (needs := backend_class(stage, name)().needs()):
        request = dataclasses.replace(REQUEST, channels=(*REQUEST.channels, *needs))
        return RasterRenderer().run(inputs["renderer"], Context(request=request, stage="renderer"))
    return inputs[stage]


def arrays(value, path=""):
    """Every array and plain value reachable from a value, with its path."""
    if isinstance(value, np.ndarray):
        yield path, value
    elif dataclasses.is_dataclass(value):
        for item in dataclasses.fields(value):
            yield from arrays(getattr(value, item.name), f"{path}.{item.name}")
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from arrays(item, f"{path}[{index}]")
    else:
        yield path, np.asarray(value)


@pytest.mark.parametrize(("stage", "name"), ALL)
def test_backend_is_a_frozen_keyword_only_dataclass(stage, name):
    found = backend_class(stage, name)
    assert dataclasses.is_dataclass(found)
    assert found.__dataclass_params__.frozen
    assert all(item.kw_only for item in dataclasses.fields(found))
    assert found.__doc__
    assert set(found.options) <= {item.name for item in dataclasses.fields(Options)}


def another(plain, name):
    """The backend with another value of a number; the first that its bounds allow."""
    value = getattr(plain, name)
    for other in (value + 1, value + 8, value * 1.01 + 1, value * 0.5):
        try:
            return dataclasses.replace(plain, **{name: other})
        except ConfigError:
            continue
    raise AssertionError(f"no other value of {name} is allowed")


@pytest.mark.parametrize(("stage", "name"), ALL)
def test_every_field_changes_the_fingerprint(stage, name):
    plain = backend_class(stage, name)()
    for item in dataclasses.fields(plain):
        value = getattr(plain, item.name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            assert another(plain, item.name).fingerprint() != plain.fingerprint(), item.name


@pytest.mark.parametrize(("stage", "name"), ALL)
def test_backend_makes_what_it_says_twice_the_same_and_frozen(stage, name, inputs):
    backend = ready(stage, name)
    context = Context(request=REQUEST, stage=stage, allowed=backend.options)
    value = given(inputs, stage, name)
    first, second = backend.run(value, context), backend.run(value, context)
    assert isinstance(first, backend.produces)
    for (path, left), (_, right) in zip(arrays(first), arrays(second)):
        if left.dtype != object:
            assert np.array_equal(left, right), path
            assert left.ndim == 0 or not left.flags.writeable, path
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.warnings = ()


@pytest.mark.parametrize(
    ("stage", "name"), [pair for pair in ALL if pair[0] in ("controller", "renderer")]
)
def test_long_stages_can_be_cancelled(stage, name, inputs):
    backend = ready(stage, name)
    context = Context(request=REQUEST, stage=stage, allowed=backend.options)
    context.cancel.set()
    with pytest.raises(Cancelled):
        backend.run(given(inputs, stage, name), context)


def test_defaults_make_an_animation_with_every_channel():
    options = {f.name: getattr(REQUEST, f.name) for f in dataclasses.fields(REQUEST)}
    first, second = Pipeline()(PROMPT, **options), Pipeline()(PROMPT, **options)
    assert first.frames.shape == (10, 48, 64, 3)
    assert np.array_equal(first.frames, second.frames)
    assert np.array_equal(first.depth, second.depth)
    assert {*first.config["stages"]} == set(DEFAULTS)
