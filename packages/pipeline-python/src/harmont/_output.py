"""The JSON output of programs that render without `hm`."""

from __future__ import annotations

import os

from ._wrong_use import wrong_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def json_text(value: object) -> str:
    """Returns JSON without spaces, with members in the given order, as JavaScript writes it."""
    import json

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def pipeline_to_json(
    ir: Mapping[str, Any],
    *,
    pipeline_org: str | None = None,
    pipeline_slug: str | None = None,
    now: int | None = None,
    base_path: str | os.PathLike[str] = ".",
    env: Mapping[str, str] | None = None,
) -> str:
    """Returns the JSON of a result of pipeline(), with cache keys.

    `now` is in whole seconds since 1970; paths are below `base_path`; `env` is for `env_keys`.
    """
    if not hasattr(ir, "keys") or "graph" not in ir:
        raise wrong_use("pipeline_to_json", "the result of pipeline()", ir, "Pass it as it is.")
    slug = pipeline_slug or os.environ.get("HM_PIPELINE_SLUG") or "default"
    return json_text(_keyed(ir, pipeline_org, slug, now, base_path, env))


def dump_registry_json(
    *,
    pipeline_org: str | None = None,
    now: int | None = None,
    base_path: str | os.PathLike[str] = ".",
    env: Mapping[str, str] | None = None,
) -> str:
    """Returns the JSON of all pipelines that @pipeline registered, with cache keys."""
    from ._registry import REGISTRATIONS
    from ._target import clear_target_cache

    pipelines = []
    for registration in REGISTRATIONS:
        clear_target_cache()
        definition = _keyed(registration.evaluate(), pipeline_org, registration.slug, now, base_path, env)
        pipelines.append({**registration.told, "definition": definition})
    return json_text({"schema_version": "1", "pipelines": pipelines})


def _keyed(
    ir: Mapping[str, Any],
    org: str | None,
    slug: str,
    now: int | None,
    base_path: str | os.PathLike[str],
    env: Mapping[str, str] | None,
) -> dict[str, Any]:
    import time

    from ._cache_keys import KeyContext, with_cache_keys

    organization = org or os.environ.get("HM_PIPELINE_ORG") or "default"
    moment = int(time.time()) if now is None else int(now)
    return with_cache_keys(ir, KeyContext(organization, slug, moment, os.environ if env is None else env, base_path))
