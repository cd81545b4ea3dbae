"""Speed and memory of MotionSSM on one thread: `python docs/benchmarks/ssm.py [--mdm] [--train]`.

--mdm compares with MDM of the published size, with random weights, which cost the same: all 50
steps of its fast schedule, and 20 of 1000, scaled. --train compares a training step with that of
transformers' Mamba2 of the same width, depth and state. Both need torch. All in CPU time.
"""

import argparse
import resource
import time
from functools import partial

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


def streaming(marks):
    """One stream: times real time, CPU seconds at each of some lengths [min], growth of memory."""
    sampler = Sampler(network=OnnxNetwork(find("models", "motion-ssm")))
    rng, stream = np.random.default_rng(0), sampler.start()
    _, stream = sampler.window(stream, WALK, rng)
    window = clock(lambda: sampler.window(stream, WALK, rng), 5)
    print(
        f"window of 3.2 s: {window * 1e3:.0f} ms, {3.2 / window:.0f} times real time; "
        f"{sampler.evaluations} evaluations"
    )
    before, start, done = peak(), time.process_time(), 0
    for minutes in marks:
        while done * 3.2 < minutes * 60:
            _, stream = sampler.window(stream, WALK, rng)
            done += 1
        spent = time.process_time() - start
        print(
            f"{minutes:g} min streamed: {spent:.1f} s, {minutes * 60 / spent:.1f} times real time, "
            f"peak memory grew by {peak() - before:.1f} MB"
        )
    return 3.2 / window


def peak():
    """Largest memory of the process so far [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def mdm(ours):
    """MDM of the published size on 196 frames, guided: how many times longer it takes than ours."""
    import torch

    from text2sim.motion.mdm.config import MDMConfig
    from text2sim.motion.mdm.diffusion import Schedule, guided, sample
    from text2sim.motion.mdm.network import MDMNetwork

    torch.set_num_threads(1)
    torch.manual_seed(0)
    net = MDMNetwork(MDMConfig()).eval()
    sentence, length = torch.randn(1, 512), 196 / 20
    for trained, taken in ((50, 50), (1000, 20)):
        schedule, lead = Schedule.cosine(trained, taken), guided(net, sentence, 2.5)
        sample(lead, (1, 196, 263), Schedule.cosine(2, 2), 0)
        run = partial(sample, lead, (1, 196, 263), schedule, 0)
        spent = clock(run, 2) * trained / taken
        print(
            f"MDM, {trained} steps: {spent:.1f} s for {length:g} s of motion, "
            f"{length / spent:.2f} times real time; MotionSSM is "
            f"{ours * spent / length:.0f} times faster"
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
    parser.add_argument("--minutes", type=float, nargs="+", default=[1, 3, 10, 30])
    parser.add_argument("--mdm", action="store_true")
    parser.add_argument("--train", action="store_true")
    options = parser.parse_args()
    speed = streaming(options.minutes)
    if options.mdm:
        mdm(speed)
    if options.train:
        training()
