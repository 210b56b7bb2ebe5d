"""The gate rule of waits (`pipeline.md` 3)."""

from __future__ import annotations


class Gate:
    """The gate rule of `pipeline.md` 3.

    Commands are numbered in order; a gate is always a range of commands, so two numbers represent it.
    """

    def __init__(self) -> None:
        self._start = 0
        self._end = 0
        self._tolerant = False
        self._commands = 0

    def command(self) -> tuple[range, bool]:
        """Takes the next command. Returns the commands that it waits for, and whether their failures are tolerated."""
        self._commands += 1
        return range(self._start, self._end), self._tolerant and self._end > self._start

    def wait(self, tolerant: bool) -> None:
        """Takes a wait."""
        if self._commands == self._end:
            self._tolerant = self._tolerant and tolerant
            return
        if not self._tolerant:
            self._start = self._end
        self._end = self._commands
        self._tolerant = tolerant
