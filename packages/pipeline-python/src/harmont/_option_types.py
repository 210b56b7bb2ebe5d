"""The options of steps and of cargo's commands, for type checkers; never imported at run time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from ._condition import Condition
from ._duration import Duration
from ._files_options import Input
from ._leaves import Leaves
from ._services import Service
from ._step import Appended
from .cache import CachePolicy


class StepOptions(TypedDict, total=False):
    label: str | None
    cache: CachePolicy | None
    env: Mapping[str, str | int | float | bool] | None
    image: str | None
    runner: str | None
    runner_args: Mapping[str, Any] | None
    key: str | None
    cwd: str | None
    timeout: Duration | None
    retry: int | Mapping[str, Any] | None
    soft_fail: bool | Sequence[int] | None
    continue_on_failure: bool | None
    depends_on: Leaves | Appended | Sequence[Leaves | Appended] | None
    when: Condition | None
    concurrency: Mapping[str, Any] | None
    resources: Mapping[str, int] | None
    secrets: Sequence[str] | Mapping[str, str] | None
    artifacts: str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]] | None
    inputs: Input | Sequence[Input] | None
    services: Service | Mapping[str, Any] | Sequence[Service | Mapping[str, Any]] | None
    tests: str | Mapping[str, Any] | None
    append: Mapping[str, Any] | None
    id_tokens: Mapping[str, str] | None
    egress: str | Sequence[str] | None


class CargoOptions(StepOptions, total=False):
    packages: Sequence[str] | None
    workspace: bool | None
    exclude: Sequence[str] | None
    all_targets: bool | None
    all_features: bool | None
    no_default_features: bool | None
    features: Sequence[str] | None
    target: str | None
    add_target: bool | None
    profile: str | None
    release: bool | None
    locked: bool | None
    flags: Sequence[str] | None


class PowersetOptions(StepOptions, total=False):
    subcommand: str | None
    depth: int | None
    each_feature: bool | None
    no_dev_deps: bool | None
    skip: Sequence[str] | None
    include_features: Sequence[str] | None
    keep_going: bool | None
    flags: Sequence[str] | None
