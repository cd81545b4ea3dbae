"""The state-space network: against a plain recurrence, as a stream, where frames are missing."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason='needs pip install "text2sim[train]"')

from text2sim.errors import ConfigError  # noqa: E402
from text2sim.motion.ssm.config import SSMMotionConfig  # noqa: E402
from text2sim.motion.ssm.net import Memory, Mixer, MotionSSM, scan, step  # noqa: E402

SMALL = SSMMotionConfig(
    d_model=32, d_state=8, n_layers=2, head_width=16, chunk=5, window=12, context=4, history=6,
    text_width=16, token_width=10, tokens=6,
)  # fmt: skip


def sequential(x, a, b, c, state):
    """The recurrence as it is written in the papers, one number at a time over frames and heads."""
    frames, heads, groups = x.shape[1], x.shape[2], b.shape[2]
    rows, states = [], list(state.unbind(dim=1))
    for t in range(frames):
        for h in range(heads):
            g = h // (heads // groups)
            outer = torch.einsum("bn,bp->bnp", b[:, t, g], x[:, t, h])
            states[h] = states[h] * a[:, t, h].exp()[:, None, None] + outer
            rows.append(torch.einsum("bn,bnp->bp", c[:, t, g], states[h]))
    y = torch.stack(rows, dim=1).unflatten(1, (frames, heads))
    return y, torch.stack(states, dim=1)


def inputs(frames, groups=2, batch=2, heads=4, width=3, size=5):
    made = torch.Generator().manual_seed(frames)
    draw = lambda *shape: torch.randn(*shape, generator=made, dtype=torch.float64)  # noqa: E731
    return (
        draw(batch, frames, heads, width), -draw(batch, frames, heads).abs(),
        draw(batch, frames, groups, size), draw(batch, frames, groups, size),
        draw(batch, heads, size, width),
    )  # fmt: skip


@pytest.mark.parametrize("frames", [1, 4, 7, 23])
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("chunk", [1, 4, 40])
def test_the_scan_in_chunks_is_the_recurrence(frames, groups, chunk):
    x, a, b, c, state = inputs(frames, groups)
    slow, last = sequential(x, a, b, c, state)
    fast, end = scan(x, a, b, c, chunk=chunk, state=state)
    assert (fast - slow).abs().max() < 1e-10
    assert (end - last).abs().max() < 1e-10


def test_the_step_form_is_the_recurrence():
    x, a, b, c, state = inputs(9)
    slow, last = sequential(x, a, b, c, state)
    for t in range(9):
        y, state = step(x[:, t], a[:, t], b[:, t], c[:, t], state)
        assert (y - slow[:, t]).abs().max() < 1e-10
    assert (state - last).abs().max() < 1e-10


def test_gradients_of_the_scan_are_those_of_the_recurrence():
    values = [v.requires_grad_() for v in inputs(11)]
    weights = torch.randn(2, 11, 4, 3, dtype=torch.float64)
    slow = torch.autograd.grad((sequential(*values)[0] * weights).sum(), values)
    x, a, b, c, state = values
    fast = torch.autograd.grad((scan(x, a, b, c, chunk=4, state=state)[0] * weights).sum(), values)
    for one, other in zip(slow, fast):
        assert (one - other).abs().max() < 1e-10


def test_a_streamed_memory_equals_one_call_at_any_cut():
    torch.manual_seed(0)
    memory = Memory(SMALL).double()
    past = torch.randn(2, 30, SMALL.features, dtype=torch.float64)
    there = torch.ones(2, 30, dtype=torch.bool)
    whole, end = memory(past, there)
    for cuts in ([10, 20], [1, 2, 29], list(range(1, 30))):
        state, parts = None, []
        for start, stop in zip([0, *cuts], [*cuts, 30]):
            part, state = memory(past[:, start:stop], there[:, start:stop], state)
            parts.append(part)
        assert (torch.cat(parts, dim=1) - whole).abs().max() < 1e-10
        for one, other in zip(state, end):
            assert (one - other).abs().max() < 1e-10


@pytest.mark.parametrize("directions", [1, 2])
def test_frames_that_are_not_there_change_nothing(directions):
    torch.manual_seed(0)
    mixer = Mixer(SMALL, directions=directions).double()
    u = torch.randn(1, 9, SMALL.d_model, dtype=torch.float64)
    padded = torch.cat([u, 100.0 * torch.randn(1, 5, SMALL.d_model, dtype=torch.float64)], dim=1)
    there = torch.arange(14)[None] < 9
    short, _ = mixer(u, torch.ones(1, 9, dtype=torch.bool))
    long, _ = mixer(padded, there)
    assert (long[:, :9] - short).abs().max() < 1e-10


def test_inside_a_window_both_directions_are_seen_and_memory_only_looks_back():
    torch.manual_seed(0)
    for directions, sees_later in ((1, False), (2, True)):
        mixer = Mixer(SMALL, directions=directions).double()
        u = torch.randn(1, 20, SMALL.d_model, dtype=torch.float64)
        there = torch.ones(1, 20, dtype=torch.bool)
        changed = u.clone()
        changed[:, 15] += 1.0
        early = (mixer(u, there)[0] - mixer(changed, there)[0])[:, :10].abs().max()
        assert (early > 1e-9) == sees_later


def batch(config, size=3):
    made = torch.Generator().manual_seed(1)
    draw = lambda *shape: torch.randn(*shape, generator=made)  # noqa: E731
    return {
        "past": draw(size, config.history, config.features),
        "past_mask": torch.ones(size, config.history, dtype=torch.bool),
        "mask": torch.ones(size, config.window, dtype=torch.bool),
        "plan": draw(size, config.window, config.plan),
        "manner": draw(size, config.manner),
        "tokens": draw(size, config.tokens, config.token_width),
        "present": torch.ones(size, config.tokens, dtype=torch.bool),
        "known": torch.ones(size, dtype=torch.bool),
    }


def awake(config):
    """A network whose zero-initialised parts are not zero, so that everything has an influence."""
    torch.manual_seed(0)
    net = MotionSSM(config)
    with torch.no_grad():
        for value in net.parameters():
            if not value.any():
                value.normal_(0.0, 0.2)
    return net.eval()


@pytest.mark.parametrize("part", ["past", "plan", "manner", "tokens"])
def test_every_part_of_the_condition_counts(part):
    net, given = awake(SMALL), batch(SMALL)
    noisy, time = torch.randn(3, SMALL.window, SMALL.features), torch.tensor([0.0, 0.5, 0.9])
    before = net(noisy, time, given)
    other = net(noisy, time, given | {part: given[part] + 1.0})
    assert (before - other).abs().amax(dim=(1, 2)).min() > 1e-4


def test_without_a_text_the_words_do_not_count():
    net, given = awake(SMALL), batch(SMALL)
    noisy, time = torch.randn(3, SMALL.window, SMALL.features), torch.full((3,), 0.5)
    given["known"] = torch.zeros(3, dtype=torch.bool)
    other = given | {"tokens": given["tokens"] + 1.0}
    assert torch.equal(net(noisy, time, given), net(noisy, time, other))


def test_wrong_sizes_are_named():
    with pytest.raises(ConfigError, match="heads of 64"):
        SSMMotionConfig(d_model=100)
    with pytest.raises(ConfigError, match="n_layers must be a whole number over 0; got 0"):
        SSMMotionConfig(n_layers=0)
    with pytest.raises(ConfigError, match="Unknown key in the network's config: wings"):
        SSMMotionConfig.from_dict({"wings": 2})
    assert np.prod([SSMMotionConfig().window, SSMMotionConfig().context]) == 64 * 16
