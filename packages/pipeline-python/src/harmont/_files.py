"""The files of a directory that keys depend on (`ir.md` 2.3)."""

from __future__ import annotations

import os

from ._hash import sha256
from ._path_glob import components, is_glob, path_test
from ._relative_path import path_problem
from ._wrong_use import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    import hashlib
    from collections.abc import Iterator, Sequence

FILE, DIRECTORY, DANGLING = "file", "directory", "dangling link"


class Files:
    """The files below a base directory, each read once."""

    def __init__(self, base: str | os.PathLike[str]) -> None:
        self._base = os.fspath(base)
        self._digests: dict[str, str] = {}

    def digests(self, paths: Sequence[str]) -> list[str]:
        """Returns the digests of all entries that match the paths and globs of one policy, in order."""
        found = [entry for path in sorted(paths) for entry in self._resolve(path)]
        return [self._digest(path, kind) for path, kind in found]

    def _resolve(self, pattern: str) -> list[tuple[str, str]]:
        problem = path_problem(pattern)
        if problem is not None:
            fix = "Write it relative to the project directory."
            raise ValueError(f"bad_path: expected a path inside the project, got {problem}: {quoted(pattern)}. {fix}")
        parts = components(pattern)
        if not is_glob(pattern):
            return self._look_up("/".join(parts))
        wild = next(index for index, part in enumerate(parts) if is_glob(part))
        start = self._look_up("/".join(parts[:wild]))
        if not start or start[0][1] != DIRECTORY:
            return []
        depth = None if "**" in parts else len(parts) - wild
        fits = path_test(pattern)
        found = [*start, *self._walk(start[0][0], depth)]
        if parts[-1] == "**":
            found = [entry for entry in found if entry[1] == DIRECTORY]
        return sorted((entry for entry in found if fits(components(entry[0]))), key=lambda entry: _order(entry[0]))

    def _look_up(self, path: str) -> list[tuple[str, str]]:
        whole = os.path.join(self._base, path)
        kind = _kind(whole)
        return [] if kind is None else [(path, kind)]

    def _walk(self, directory: str, depth: int | None) -> Iterator[tuple[str, str]]:
        pending = [(directory, 1)]
        while pending:
            at, level = pending.pop()
            with os.scandir(os.path.join(self._base, at)) as entries:
                for entry in entries:
                    path = f"{at}/{entry.name}" if at else entry.name
                    kind = _kind(entry.path)
                    if kind is None:
                        continue
                    yield path, kind
                    # A linked directory is yielded but not entered.
                    if entry.is_dir(follow_symlinks=False) and (depth is None or level < depth):
                        pending.append((path, level + 1))

    def _digest(self, path: str, kind: str) -> str:
        known = self._digests.get(path)
        if known is None:
            whole = os.path.join(self._base, path)
            known = sha256(os.fsencode(os.readlink(whole))) if kind == DANGLING else self._digest_of(path, kind)
            self._digests[path] = known
        return known

    def _digest_of(self, path: str, kind: str) -> str:
        import hashlib

        digest = hashlib.sha256()
        if kind == FILE:
            self._add(digest, path)
            return digest.hexdigest()
        for file in sorted((each for each, sort in self._walk(path, None) if sort == FILE), key=_order):
            digest.update(os.fsencode(file[len(path) + 1 :] if path else file) + b"\0")
            self._add(digest, file)
            digest.update(b"\0")
        return digest.hexdigest()

    def _add(self, digest: hashlib._Hash, file: str) -> None:
        with open(os.path.join(self._base, file), "rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)


def _kind(path: str) -> str | None:
    if os.path.isdir(path):
        return DIRECTORY
    if os.path.isfile(path):
        return FILE
    return DANGLING if os.path.islink(path) and not os.path.exists(path) else None


# Compares component by component as bytes, which equals the order by code point.
def _order(path: str) -> list[bytes]:
    return os.fsencode(path).split(b"/")
