"""Tools of Python projects."""

from __future__ import annotations

from .uv import uv as uv

__all__ = ["uv"]
