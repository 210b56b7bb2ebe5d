"""A test case that begins without targets and pipelines of another."""

import unittest

import harmont as hm
from harmont import _named_targets


class CleanCase(unittest.TestCase):
    def setUp(self) -> None:
        hm.clear_registry()
        hm.clear_target_cache()
        _named_targets._named.clear()
        self.addCleanup(hm.clear_registry)


def nodes(*leaves, **options):
    """The nodes of a pipeline made of some leaves."""
    return hm.pipeline(list(leaves), **options)["graph"]["nodes"]


def edges(*leaves):
    """Its edges."""
    return hm.pipeline(list(leaves))["graph"]["edges"]
