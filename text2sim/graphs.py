"""Exported networks (ONNX), opened for onnxruntime on the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from text2sim.errors import MissingExtraError, ResourceError


def open_graph(path: Path, user: str, *, threads: int = 1) -> Any:
    """A session of onnxruntime.

    Args:
        path: of the .onnx file.
        user: who needs it, for the messages: "The ssm backend".
        threads: inside an operator.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        ResourceError: there is no such file, or it is no graph.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtraError(
            f"{user} needs onnxruntime. Install it with: pip install onnxruntime"
        ) from error
    if not path.is_file():
        raise ResourceError(f"There is no graph: no file {path}.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no common class
        raise ResourceError(f"{path} is no graph that onnxruntime can run: {error}.") from error
