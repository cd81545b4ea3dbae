"""The chain of the eight stages: one call, one animation."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from text2sim.cache import Cache, chain_key, prompt_key
from text2sim.errors import Cancelled, ConfigError, PipelineError, Text2SimError, nearest
from text2sim.progress import Report, reporting
from text2sim.registry import backend_class
from text2sim.running import blamed, checked, context_of, run_stage
from text2sim.stage import REFINE, STAGES, Options, Stage, number_of

if TYPE_CHECKING:
    from text2sim.animation import Animation
    from text2sim.streaming import Stream
    from text2sim.types import CameraPlan, Frames, Scene, Trace

Until = Literal["parser", "planner", "assets", "motion", "physics", "controller"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One item of `Pipeline.map`: an animation, or the error that its prompt met."""

    index: int
    prompt: str
    animation: Animation | None = None
    error: Text2SimError | None = None


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """Turns a sentence into a simulated animation.

    Every stage takes the name of a backend (`text2sim backends` lists them) or a stage object with
    settings of its own: `Pipeline(controller=PDController(assist=0.2))`. `refine` corrects the
    motion before it is simulated; None leaves it as it is.

    Raises:
        UnknownBackendError: a name is not known.
        PipelineError: an object is not a stage of that kind, or the stages don't fit together.
    """

    parser: str | Stage = "spacy"
    planner: str | Stage = "heuristic"
    assets: str | Stage = "procedural"
    motion: str | Stage = "sine"
    refine: str | Stage | None = None
    physics: str | Stage = "pybullet"
    controller: str | Stage = "pd"
    renderer: str | Stage = "raster"
    enhancer: str | Stage = "none"
    cache: Cache = field(default_factory=Cache, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in (*STAGES, REFINE):
            if getattr(self, name) is not None or name in STAGES:
                object.__setattr__(self, name, _resolve(name, getattr(self, name)))
        for before, after in zip(self.stages, self.stages[1:]):
            if not issubclass(before.produces, after.consumes):
                raise PipelineError(
                    f"{before.name!r} makes {before.produces.__name__}, but {after.name!r} "
                    f"takes {after.consumes.__name__}."
                )

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The eight stage objects in order, with the refiner, if there is one, after motion."""
        found = [getattr(self, name) for name in STAGES]
        if self.refine is not None:
            found.insert(STAGES.index("motion") + 1, cast(Stage, self.refine))
        return tuple(found)

    def replace(self, **stages: str | Stage | None) -> Pipeline:
        """A pipeline with some stages swapped; it shares the cache, so earlier work is reused.

        Raises:
            PipelineError: a keyword is not a stage.
        """
        for name in stages:
            if name not in (*STAGES, REFINE):
                raise PipelineError(f"No stage is called {name!r}.{nearest(name, STAGES)}")
        changes: dict[str, Any] = dict(stages)
        return dataclasses.replace(self, **changes)

    @overload
    def __call__(
        self,
        prompt: str,
        *,
        seed: int = 0,
        duration: float | None = None,
        fps: float = 30.0,
        size: tuple[int, int] = (640, 480),
        channels: tuple[str, ...] = ("rgb",),
        strict: bool = False,
        camera: str | CameraPlan | None = None,
        until: None = None,
        progress: bool | Report | None = None,
        cancel: threading.Event | None = None,
    ) -> Animation: ...

    @overload
    def __call__(
        self,
        prompt: str,
        *,
        seed: int = 0,
        duration: float | None = None,
        fps: float = 30.0,
        size: tuple[int, int] = (640, 480),
        channels: tuple[str, ...] = ("rgb",),
        strict: bool = False,
        camera: str | CameraPlan | None = None,
        until: Until,
        progress: bool | Report | None = None,
        cancel: threading.Event | None = None,
    ) -> Any: ...

    def __call__(
        self,
        prompt: str,
        *,
        seed: int = 0,
        duration: float | None = None,
        fps: float = 30.0,
        size: tuple[int, int] = (640, 480),
        channels: tuple[str, ...] = ("rgb",),
        strict: bool = False,
        camera: str | CameraPlan | None = None,
        until: Until | None = None,
        progress: bool | Report | None = None,
        cancel: threading.Event | None = None,
    ) -> Any:
        """Animate a prompt.

        Args:
            prompt: an English sentence in which somebody does something.
            seed: the same seed gives the same animation, bit for bit.
            duration: length [s]; None lets the planner estimate it.
            fps: frames per second of motion and video.
            size: width and height of the picture [px].
            channels: pictures to make beside "rgb": "depth", "flow", ...; see `types.Frames`.
            strict: doubts about the prompt (an unknown noun) are errors instead of warnings.
            camera: "orbit", "follow", "close_up" ... (see `text2sim.shots`), or a `CameraPlan` of
                keyframes; None leaves it to the prompt. Another camera only renders again.
            until: stop after this stage and return its value (`until="motion"` gives a `Motion`).
            progress: True, False, a function of `Progress`, or None: a bar where one can be seen.
            cancel: set it from another thread to stop; the call raises `Cancelled`.

        Raises:
            ConfigError: an argument or the prompt is wrong.
            StageError: a stage failed.
            Cancelled: `cancel` was set.
        """
        if until is not None and until not in STAGES[:6]:
            hint = nearest(str(until), STAGES[:6])
            raise ConfigError(f"until must be one of {', '.join(STAGES[:6])}; got {until!r}.{hint}")
        options = Options(
            seed=seed, duration=duration, fps=fps, size=size, channels=channels, strict=strict,
            camera=camera,
        )  # fmt: skip
        return self._animate(prompt, options, until, progress, cancel)

    def _animate(
        self,
        prompt: str,
        options: Options,
        until: Until | None,
        progress: bool | Report | None,
        cancel: threading.Event | None,
    ) -> Any:
        value: Any = None
        with reporting(progress) as report:
            for _, value in self.steps(prompt, options, report, cancel, until):  # noqa: B007
                pass
        if until is not None:
            return value
        from text2sim.animation import Animation
        from text2sim.provenance import describe

        return Animation(frames=value, config=describe(self, prompt, options, _scene(value.trace)))

    def steps(
        self,
        prompt: str,
        options: Options,
        report: Report | None = None,
        cancel: threading.Event | None = None,
        until: Until | None = None,
    ) -> Iterator[tuple[Stage, Any]]:
        """Run stage by stage, as far as `until`, yielding each with the value that it made."""
        if not isinstance(prompt, str):
            raise ConfigError(f"The prompt must be a str; got {type(prompt).__name__}.")
        last = len(STAGES) if until is None else STAGES.index(until) + 1
        stages = tuple(stage for stage in self.stages if number_of(stage.stage) < last)
        self._check(stages, options)
        cancel = cancel or threading.Event()
        value: Any = prompt
        key = prompt_key(prompt)
        for stage in stages:
            asked = self._asked(stage, options)
            context = context_of(stage, asked, report, cancel)
            context.report(0, 1)
            key = chain_key(key, stage, asked)
            known = self.cache.get(key)
            value = run_stage(stage, value, context) if known is None else known
            self.cache.put(key, value)
            context.report(1, 1)
            yield stage, value.only(options.channels) if stage is self.enhancer else value

    def _check(self, stages: tuple[Stage, ...], options: Options) -> None:
        """Every stage can do what is asked of it, the renderer also what the enhancer asks for."""
        for stage in stages:
            stage.check(options)
        renderer, enhancer = cast(Any, self.renderer), cast(Any, self.enhancer)
        missing = [name for name in enhancer.needs() if name not in renderer.channels]
        if missing and renderer in stages:
            raise ConfigError(
                f"The {enhancer.name} enhancer needs {', '.join(missing)}, which the "
                f"{renderer.name} renderer can't make; choose renderer='raster', which makes all "
                f"channels."
            )

    def _asked(self, stage: Stage, options: Options) -> Options:
        """The options of a stage: the renderer is also asked for what the enhancer needs."""
        if stage is not self.renderer:
            return options
        needs = cast(Any, self.enhancer).needs()
        return dataclasses.replace(options, channels=(*options.channels, *needs))

    def stream(
        self,
        prompt: str,
        *,
        seed: int = 0,
        duration: float | None = None,
        fps: float = 30.0,
        size: tuple[int, int] = (640, 480),
        channels: tuple[str, ...] = ("rgb",),
        strict: bool = False,
        camera: str | CameraPlan | None = None,
        progress: bool | Report | None = None,
        cancel: threading.Event | None = None,
    ) -> Stream:
        """Simulate a prompt now and render it later, frame by frame, in constant memory.

        `pipeline.stream(prompt, duration=600).save("long.mp4")` makes the same file as the call
        and `Animation.save`. Arguments are those of the call.

        Raises:
            ConfigError: an argument or the prompt is wrong, or the enhancer needs whole clips.
            StageError: a stage failed.
            Cancelled: `cancel` was set.
        """
        options = Options(
            seed=seed, duration=duration, fps=fps, size=size, channels=channels, strict=strict,
            camera=camera,
        )  # fmt: skip
        if not self.streams:
            name = cast(Stage, self.enhancer).name
            raise ConfigError(
                f"The {name} enhancer needs the whole clip, so it can't stream: call the pipeline "
                f"instead, or choose enhancer='none'."
            )
        self._check(self.stages, options)
        trace = self._animate(prompt, options, "controller", progress, cancel)
        from text2sim.provenance import describe
        from text2sim.streaming import Stream

        def render() -> Iterator[Frames]:
            return self._render(trace, options, progress, cancel or threading.Event())

        return Stream(
            trace, size=options.size, channels=options.channels, render=render,
            config=describe(self, prompt, options, _scene(trace)),
        )  # fmt: skip

    @property
    def streams(self) -> bool:
        """Clips can be made frame by frame, as the enhancer needs no more than one at a time."""
        return cast(Any, self.enhancer).framewise

    def _render(
        self,
        trace: Trace,
        options: Options,
        progress: bool | Report | None,
        cancel: threading.Event,
    ) -> Iterator[Frames]:
        renderer, enhancer = cast(Any, self.renderer), cast(Any, self.enhancer)
        asked = self._asked(renderer, options)
        finish = context_of(enhancer, options, None, cancel)
        with reporting(progress) as report:
            rendered = blamed(
                renderer, renderer.stream(trace, context_of(renderer, asked, report, cancel))
            )
            for part in blamed(enhancer, enhancer.stream(rendered, finish)):
                yield checked(enhancer, part).only(options.channels)

    def map(
        self,
        prompts: Iterable[str],
        *,
        seed: int = 0,
        duration: float | None = None,
        fps: float = 30.0,
        size: tuple[int, int] = (640, 480),
        channels: tuple[str, ...] = ("rgb",),
        strict: bool = False,
        camera: str | CameraPlan | None = None,
        progress: bool | Report | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[Result]:
        """Animate many prompts, in order, one at a time; a bad one yields its error.

        Item i equals the single call with `seed + i`. Arguments are those of the call.

        Raises:
            ConfigError: an option is wrong (before the first item).
            Cancelled: `cancel` was set.
        """
        if isinstance(prompts, str):
            raise ConfigError("map takes an iterable of prompts; for one prompt call the pipeline.")
        options = Options(
            seed=seed, duration=duration, fps=fps, size=size, channels=channels, strict=strict,
            camera=camera,
        )  # fmt: skip
        return self._map(prompts, options, progress, cancel)

    def _map(
        self,
        prompts: Iterable[str],
        options: Options,
        progress: bool | Report | None,
        cancel: threading.Event | None,
    ) -> Iterator[Result]:
        for index, prompt in enumerate(prompts):
            item = dataclasses.replace(options, seed=options.seed + index)
            try:
                animation = self._animate(prompt, item, None, progress, cancel)
            except Cancelled:
                raise
            except Text2SimError as error:
                yield Result(index=index, prompt=prompt, error=error)
            else:
                yield Result(index=index, prompt=prompt, animation=animation)


def _scene(trace: Trace) -> Scene | None:
    return trace.world.motion.scene


def _resolve(name: str, backend: str | Stage) -> Stage:
    if isinstance(backend, str):
        return backend_class(name, backend)()
    if not isinstance(backend, Stage) or backend.stage != name:
        raise PipelineError(
            f"{name} takes a backend name or a {name} stage object; got {backend!r}."
        )
    return backend
