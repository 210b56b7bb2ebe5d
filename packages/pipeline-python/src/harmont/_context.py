"""Facts of the build during rendering."""

from __future__ import annotations

import os

from ._wrong_use import wrong_use


class Context:
    """Facts of the build; a fact that does not exist is None. Without a build, branch and commit come from git."""

    @property
    def event(self) -> str:
        """`push`, `pull_request`, `schedule`, `manual` or `api`; the default is `manual`."""
        return _variable("EVENT") or "manual"

    @property
    def branch(self) -> str | None:
        """The branch; for a pull request, its head."""
        return _variable("BRANCH") or _git("symbolic-ref", "--quiet", "--short", "HEAD")

    @property
    def base_branch(self) -> str | None:
        """The target of a pull request."""
        return _variable("BASE_BRANCH")

    @property
    def tag(self) -> str | None:
        return _variable("TAG")

    @property
    def commit(self) -> str | None:
        return _variable("COMMIT") or _git("rev-parse", "--quiet", "--verify", "HEAD")

    @property
    def pull_request(self) -> int | None:
        number = _variable("PULL_REQUEST")
        if number is None or (number.isascii() and number.isdecimal() and number[0] != "0" and len(number) <= 15):
            return None if number is None else int(number)
        fix = "Correct the variable, or unset it."
        raise wrong_use("HARMONT_PULL_REQUEST", "the number of a pull request", number, fix)

    @property
    def local(self) -> bool:
        """Whether this is a run on a laptop."""
        return _variable("LOCAL") == "true"


def _variable(name: str) -> str | None:
    return os.environ.get(f"HARMONT_{name}") or None


# Asks git only without an event, because a server's rendering gets all facts.
def _git(*words: str) -> str | None:
    if _variable("EVENT") is not None:
        return None
    import subprocess

    try:
        found = subprocess.run(["git", *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        return None
    # A failure means that there is no repository, no commit or no branch.
    return found.stdout.strip() or None if found.returncode == 0 else None


context = Context()
