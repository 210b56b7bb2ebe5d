"""The names of tools in the SDK."""

from __future__ import annotations

from ._install_step import check_ground
from ._wrong_use import no_such, only_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any


class Entry:
    """A tool's name in the SDK. Calling it returns the toolchain; `tool.action(path=…, …)` calls the action of a new
    toolchain.
    """

    _where = ""
    # The options of the call, and the actions of its result.
    _options: Sequence[str] = ()
    _actions: Sequence[str] = ()

    def _make(self, **options: Any) -> Any:
        raise NotImplementedError

    def _read(self, options: Mapping[str, Any]) -> Any:
        only_known(self._where, options, self._options)
        check_ground(self._where, options.get("image"), options.get("base"))
        return self._make(**{name: value for name, value in options.items() if value is not None})

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in self._actions:
            raise no_such(self._where, name, self._actions, self)

        def action(*words: Any, **options: Any) -> Any:
            mine = {option: options.pop(option) for option in self._options_beside(name) if option in options}
            return getattr(self._made_for(mine), name)(*words, **options)

        return action

    def _options_beside(self, action: str) -> Sequence[str]:
        """Returns the options of the call that are not options of the action."""
        return self._options

    def _made_for(self, options: Mapping[str, Any]) -> Any:
        return self._read(options)
