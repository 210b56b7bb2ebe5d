"""Harmont CI pipelines in Python.

import harmont as hm

@hm.pipeline("ci", triggers=[hm.push(branch="main")])
def ci() -> hm.Step:
    return hm.sh("make", label="build").sh("make test", label="test")
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import py as py
    from ._apt_base import apt_base as apt_base
    from ._cmake_project import CMakeProject as CMakeProject
    from ._cmake_project import CMakeToolchain as CMakeToolchain
    from ._cmake import cmake as cmake
    from ._condition import all_of as all_of
    from ._condition import any_of as any_of
    from ._condition import not_ as not_
    from ._condition import when as when
    from ._context import context as context
    from ._elixir import ElixirProject as ElixirProject
    from ._elixir import elixir as elixir
    from ._files_options import files_from as files_from
    from ._go import GoToolchain as GoToolchain
    from ._go import go as go
    from ._js import JsProject as JsProject
    from ._js import js as js
    from ._js import ts as ts
    from ._leaves import group as group
    from ._matrix import Cell as Cell
    from ._matrix import matrix as matrix
    from ._output import dump_registry_json as dump_registry_json
    from ._output import pipeline_to_json as pipeline_to_json
    from ._marks import BaseImage as BaseImage
    from ._marks import Target as Target
    from ._pipeline import pipeline as pipeline
    from ._policies import retry as retry
    from ._python import PythonToolchain as PythonToolchain
    from ._python import python as python
    from ._registry import clear_registry as clear_registry
    from ._rust import RustProject as RustProject
    from ._rust import RustToolchain as RustToolchain
    from ._rust import rust as rust
    from ._services import Service as Service
    from ._services import service as service
    from ._split import Shard as Shard
    from ._split import split as split
    from ._step import Appended as Appended
    from ._step import Step as Step
    from ._step import Wait as Wait
    from ._step import scratch as scratch
    from ._step import sh as sh
    from ._step import timeout as timeout
    from ._step import wait as wait
    from ._target import clear_target_cache as clear_target_cache
    from ._target import target as target
    from ._wrong_use import WrongUse as WrongUse
    from ._zig import ZigProject as ZigProject
    from ._zig import ZigToolchain as ZigToolchain
    from ._zig import zig as zig
    from .cache import CacheCompose as CacheCompose
    from .cache import CacheForever as CacheForever
    from .cache import CacheNone as CacheNone
    from .cache import CacheOnChange as CacheOnChange
    from .cache import CachePolicy as CachePolicy
    from .cache import CacheTTL as CacheTTL
    from .cache import compose as compose
    from .cache import forever as forever
    from .cache import on_change as on_change
    from .cache import ttl as ttl
    from .py.uv import UvProject as UvProject
    from .triggers import pr as pr
    from .triggers import pull_request as pull_request
    from .triggers import push as push
    from .triggers import schedule as schedule
    from .types import Leaf as Leaf
    from .types import Pipeline as Pipeline

# Modules and their public names. A pipeline loads only modules that it uses, because people wait for rendering.
_MODULES = {
    "_apt_base": ("apt_base",),
    "_cmake": ("cmake",),
    "_cmake_project": ("CMakeProject", "CMakeToolchain"),
    "_condition": ("all_of", "any_of", "not_", "when"),
    "_context": ("context",),
    "_elixir": ("ElixirProject", "elixir"),
    "_files_options": ("files_from",),
    "_go": ("GoToolchain", "go"),
    "_js": ("JsProject", "js", "ts"),
    "_leaves": ("group",),
    "_marks": ("BaseImage", "Target"),
    "_matrix": ("Cell", "matrix"),
    "_output": ("dump_registry_json", "pipeline_to_json"),
    "_pipeline": ("pipeline",),
    "_policies": ("retry",),
    "_python": ("PythonToolchain", "python"),
    "_registry": ("clear_registry",),
    "_rust": ("RustProject", "RustToolchain", "rust"),
    "_services": ("Service", "service"),
    "_split": ("Shard", "split"),
    "_step": ("Appended", "Step", "Wait", "scratch", "sh", "timeout", "wait"),
    "_target": ("clear_target_cache", "target"),
    "_wrong_use": ("WrongUse",),
    "_zig": ("ZigProject", "ZigToolchain", "zig"),
    "cache": (
        *("CacheCompose", "CacheForever", "CacheNone", "CacheOnChange", "CachePolicy", "CacheTTL"),
        *("compose", "forever", "on_change", "ttl"),
    ),
    "py.uv": ("UvProject",),
    "triggers": ("pr", "pull_request", "push", "schedule"),
    "types": ("Leaf", "Pipeline"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}
_SUBMODULES = ("cache", "py", "triggers", "types")

__all__ = [*_MODULE_OF, "py"]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    # Python looks up each of our submodules here before it searches for its file.
    if name.startswith("_"):
        raise AttributeError(name)
    if name in _SUBMODULES:
        return import_module(f"{__name__}.{name}")
    module = _MODULE_OF.get(name)
    if module is None:
        from ._wrong_use import no_such

        raise no_such("harmont", name, __all__, None)
    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
