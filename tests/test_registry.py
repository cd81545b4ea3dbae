import sys
from pathlib import Path

import pytest

from text2sim.errors import PipelineError, UnknownBackendError
from text2sim.pipeline import Pipeline
from text2sim.registry import BUILTIN, DEFAULTS, backend_class, backends
from text2sim.stage import STAGES, Stage

PLUGIN = Path(__file__).parent / "plugin_example"


@pytest.fixture
def plugin(monkeypatch):
    """The example package of a third party, as if it were installed."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    yield
    sys.modules.pop("text2sim_statue", None)


def test_every_stage_has_a_default_that_exists():
    assert tuple(DEFAULTS) == STAGES
    assert all(DEFAULTS[stage] in BUILTIN[stage] for stage in STAGES)


@pytest.mark.parametrize(("stage", "name"), [(s, n) for s in STAGES for n in BUILTIN[s]])
def test_every_builtin_is_a_final_stage_of_its_kind(stage, name):
    found = backend_class(stage, name)
    assert issubclass(found, Stage)
    assert (found.stage, found.name) == (stage, name)
    assert len(found().fingerprint()) == 64
    assert found() == found()


def test_plugin_is_found_by_name(plugin):
    assert "statue" in backends("motion")
    assert Pipeline(motion="statue").motion.name == "statue"


def test_plugin_cant_shadow_a_builtin(plugin):
    assert backends("motion").count("sine") == 1
    assert backend_class("motion", "sine").__module__.startswith("text2sim.")


def test_broken_plugin_is_named(plugin):
    with pytest.raises(PipelineError, match=r"'broken' \(text2sim_missing:Nothing\)"):
        backend_class("motion", "broken")
    with pytest.raises(PipelineError, match="is not a motion stage"):
        backend_class("motion", "impostor")


def test_unknown_names_list_the_known_ones():
    with pytest.raises(UnknownBackendError, match="Did you mean 'raster'"):
        backend_class("renderer", "rastre")
    with pytest.raises(PipelineError, match="No stage is called"):
        backends("render")
