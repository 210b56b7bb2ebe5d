"""Marks for annotations of parameters: a base image, or a target."""

from __future__ import annotations

from ._wrong_use import name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, TypeVar

    T = TypeVar("T")


class TargetMark:
    """Stands in an annotation for Target[T]."""


class BaseImage:
    """In Annotated[Step, BaseImage("img")]: a parameter that is a step to start from, with this image."""

    def __init__(self, image: str) -> None:
        self.image = name_of("BaseImage", image, "Name an image.", 512)


if TYPE_CHECKING:
    Target = Annotated[T, TargetMark]
else:

    class Target(TargetMark):
        """Target[T]: a parameter that takes the target of its name, which gives a T."""

        def __class_getitem__(cls, item):
            return cls
