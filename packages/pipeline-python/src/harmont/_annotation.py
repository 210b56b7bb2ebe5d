"""Reads the annotation of a parameter."""

from __future__ import annotations

import sys

from ._marks import BaseImage, Target, TargetMark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def meaning_of(annotation: object, function: Callable[..., Any]) -> BaseImage | type[TargetMark] | None:
    """Returns a base image, the mark of targets, or None for any other type.

    An annotation that is a string is evaluated in the function's module and closure.
    """
    if isinstance(annotation, str):
        return _meaning_of_text(annotation, function)
    if annotation is Target:
        return TargetMark
    for mark in getattr(annotation, "__metadata__", ()):
        if isinstance(mark, BaseImage):
            return mark
    return None


def _meaning_of_text(text: str, function: Callable[..., Any]) -> BaseImage | type[TargetMark] | None:
    import ast

    names = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=False))

    def value(node: ast.expr) -> object:
        visible = {**function.__globals__, **{name: cell.cell_contents for name, cell in names.items()}}
        try:
            return eval(compile(ast.Expression(node), "<annotation>", "eval"), visible)
        except (NameError, AttributeError):
            # A name that exists only for type checkers is ignored.
            return None

    node = ast.parse(text, mode="eval").body
    if not isinstance(node, ast.Subscript):
        return meaning_of(value(node), function) if not isinstance(node, ast.Constant) else None
    # Evaluates only `Target`, because the T of Target[T] need not exist at run time.
    if value(node.value) is Target:
        return TargetMark
    typing = sys.modules.get("typing")
    if typing is None or value(node.value) is not typing.Annotated or not isinstance(node.slice, ast.Tuple):
        return None
    return next((mark for mark in map(value, node.slice.elts[1:]) if isinstance(mark, BaseImage)), None)
