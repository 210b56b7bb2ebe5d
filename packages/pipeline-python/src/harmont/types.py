"""Types for the annotations of pipeline files."""

from __future__ import annotations

from ._step import Step, Wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._leaves import Leaf as Leaf
    from ._leaves import Leaves as Pipeline
else:
    Leaf = Step | Wait
    Pipeline = Step | Wait | list | tuple

__all__ = ["Leaf", "Pipeline", "Step", "Wait"]
