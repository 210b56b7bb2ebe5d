"""Marks for annotations of parameters: a base image, or a target."""

from __future__ import annotations

from ._wrong_use import name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, TypeVar

    T = TypeVar("T")


class TargetMark:
    """The mark for Target[T] in an annotation."""


class BaseImage:
    """In Annotated[Step, BaseImage("img")], marks a parameter that receives a root step with this image."""

    def __init__(self, image: str) -> None:
        self.image = name_of("BaseImage", image, "Name an image.", 512)


if TYPE_CHECKING:
    Target = Annotated[T, TargetMark]
else:

    class Target(TargetMark):
        """Target[T] annotates a parameter that receives the result, a T, of the target of its name."""

        def __class_getitem__(cls, item):
            return cls
