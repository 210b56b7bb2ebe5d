"""A test case that starts without targets and pipelines of other tests."""

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
    """Returns the nodes of a pipeline of the given leaves."""
    return hm.pipeline(list(leaves), **options)["graph"]["nodes"]


def edges(*leaves):
    """Its edges."""
    return hm.pipeline(list(leaves))["graph"]["edges"]
