"""Sharing a kernel's range among threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from types import TracebackType
from typing import Any


class Team:
    """Threads that run kernels; as many as numba is set to use (`NUMBA_NUM_THREADS`).

    The range is cut into more pieces than there are threads, so that a thread which the machine
    slows down holds nobody up. Where the system gives no more threads, the caller does it all.
    """

    PIECES = 6

    def __init__(self) -> None:
        import numba

        self._workers = numba.get_num_threads()
        self._pool = _pool(self._workers) if self._workers > 1 else None

    def __enter__(self) -> Team:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def run(self, kernel: Callable[..., None], count: int, *args: Any) -> None:
        """Call `kernel(start, stop, *args)` for ranges that make up 0 to `count`."""
        pieces = min(self._workers * self.PIECES, count)
        if self._pool is None or pieces < 2:
            kernel(0, count, *args)
            return
        edges = [count * i // pieces for i in range(pieces + 1)]
        waiting = iter(list(pairwise(edges)))  # Taking the next is one step of the interpreter.

        def work() -> None:
            for start, stop in waiting:
                kernel(start, stop, *args)

        for job in [self._pool.submit(work) for _ in range(self._workers)]:
            job.result()


def _pool(workers: int) -> ThreadPoolExecutor | None:
    """A pool whose threads all run already; None if the system refuses one."""
    pool, meeting = ThreadPoolExecutor(workers, "render"), threading.Barrier(workers)
    try:
        for job in [pool.submit(meeting.wait) for _ in range(workers)]:
            job.result()
    except RuntimeError:  # "can't start new thread"
        meeting.abort()
        pool.shutdown(cancel_futures=True)
        return None
    return pool
