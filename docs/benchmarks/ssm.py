"""Speed and memory of MotionSSM on one thread: `python docs/benchmarks/ssm.py [--train]`.

--train compares a training step with that of transformers' Mamba2 of the same width, depth and
state; it needs torch and transformers.
"""

import argparse
import resource
import time

import numpy as np

from text2sim.motion.ssm.onnx_network import OnnxNetwork
from text2sim.motion.ssm.sampler import Request, Sampler
from text2sim.resources import resource as find

WALK = Request(text="a person walks forward.", frames=64)


def clock(run, times):
    """CPU seconds a call, best of `times`."""
    found = []
    for _ in range(times):
        start = time.process_time()
        run()
        found.append(time.process_time() - start)
    return min(found)


def streaming(minutes):
    """CPU time and growth of memory of a stream."""
    sampler, rng = (
        Sampler(network=OnnxNetwork(find("models", "motion-ssm"))),
        np.random.default_rng(0),
    )
    stream = sampler.start()
    _, stream = sampler.window(stream, WALK, rng)
    window = clock(lambda: sampler.window(stream, WALK, rng), 5)
    print(f"window of 3.2 s: {window * 1e3:.0f} ms of CPU time, {3.2 / window:.0f} times real time")
    before, start, cuts = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        time.process_time(),
        [],
    )
    for number in range(round(minutes * 60 / 3.2)):
        _, stream = sampler.window(stream, WALK, rng)
        if number == round(minutes * 30 / 3.2):
            cuts.append(time.process_time() - start)
    total = time.process_time() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"{minutes:g} min: {total:.1f} s, {minutes * 60 / total:.0f} times real time; "
        f"first half {cuts[0]:.1f} s; peak memory grew by {grown:.1f} MB"
    )


def training():
    """A training step of the mixers against transformers' Mamba2, 32 windows of 80 frames."""
    import torch
    from torch import nn
    from transformers import Mamba2Config, Mamba2Model

    from text2sim.motion.ssm.config import SSMMotionConfig
    from text2sim.motion.ssm.net import Mixer

    torch.set_num_threads(1)
    x, there = torch.randn(32, 80, 256), torch.ones(32, 80, dtype=torch.bool)
    config = SSMMotionConfig()

    class Ours(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(Mixer(config, directions=1) for _ in range(4))
            self.norms = nn.ModuleList(nn.RMSNorm(256) for _ in range(4))

        def forward(self, u):
            for layer, norm in zip(self.layers, self.norms):
                u = u + layer(norm(u), there)[0]
            return u

    theirs = Mamba2Model(
        Mamba2Config(vocab_size=8, hidden_size=256, state_size=32, num_hidden_layers=4, num_heads=8,
                     head_dim=64, n_groups=1, chunk_size=40, conv_kernel=3, use_cache=False)
    )  # fmt: skip
    runs = {"ours": Ours(), "transformers Mamba2": theirs}
    calls = {"ours": lambda m: m(x),
             "transformers Mamba2": lambda m: m(inputs_embeds=x, use_cache=False)[0]}  # fmt: skip
    for name, module in runs.items():
        optimiser = torch.optim.AdamW(module.parameters(), 1e-4)

        def step(module=module, optimiser=optimiser, call=calls[name]):
            optimiser.zero_grad()
            call(module).pow(2).mean().backward()
            optimiser.step()

        step()
        print(f"{name}: {clock(step, 4):.2f} s of CPU time a training step")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--train", action="store_true")
    options = parser.parse_args()
    streaming(options.minutes)
    if options.train:
        training()
