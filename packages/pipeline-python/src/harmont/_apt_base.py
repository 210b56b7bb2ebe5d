"""The step that toolchains start from."""

from __future__ import annotations

from ._step import sh
from ._wrong_use import Nothing, list_of, name_of, wrong_use
from .cache import ttl

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._duration import Duration
    from ._step import Step


def apt_base(
    packages: Sequence[str],
    image: str | None = None,
    label: str | None = None,
    refresh: Duration | None = None,
) -> Step:
    """Returns a root step with Debian packages installed, rebuilt once per `refresh` (a day)."""
    names = list_of("apt_base, packages", packages, _package)
    if not names:
        raise wrong_use("apt_base, packages", "at least one package", Nothing, "Name the packages.")
    command = f"apt-get update && apt-get install -y {' '.join(names)}"
    lifetime = ttl("1d" if refresh is None else refresh)
    return sh(command, label=":apt: base" if label is None else label, cache=lifetime, image=image)


def _package(value: object) -> str:
    return name_of("apt_base, packages", value, "Name a package.")
