"""Curves of a run: a CSV file, and TensorBoard where it is installed."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from typing import Any, final


@final
class Logs:
    """Writes named numbers; going on after a kill drops what came after the checkpoint."""

    def __init__(self, folder: Path, *, step: int) -> None:
        self.path = folder / "log.csv"
        folder.mkdir(parents=True, exist_ok=True)
        self._names: list[str] = []
        self._keep(step)
        self._board: Any = None
        if importlib.util.find_spec("tensorboard"):
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=step)

    def _keep(self, step: int) -> None:
        if not self.path.is_file():
            return
        with self.path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        self._names = rows[0] if rows else []
        kept = [row for row in rows[1:] if row and int(row[0]) <= step]
        with self.path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([self._names, *kept] if self._names else [])

    def write(self, step: int, values: dict[str, float]) -> None:
        """Add a row; names are those of the first one."""
        if not self._names:
            self._names = ["step", *values]
            self._append(self._names)
        self._append([step, *(f"{values.get(name, float('nan')):.6g}" for name in self._names[1:])])
        if self._board is not None:
            for name, value in values.items():
                self._board.add_scalar(name, value, step)
            self._board.flush()

    def _append(self, row: list[Any]) -> None:
        with self.path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow(row)

    def close(self) -> None:
        """Let go of the files."""
        if self._board is not None:
            self._board.close()
