"""`python3 -m harmont._render --dir PROJECT (--slug SLUG | --all | --list) --out FILE`

Writes the result to FILE, so that a pipeline's output cannot damage it. Exits with 0 when FILE is written, and with 1
after one message on stderr.
"""

from __future__ import annotations

import os
import sys

# Imports all SDK modules for rendering, before a project's files can be found under these names.
from .. import _leaves, _output, _pipeline, _registry, _step, _target, triggers
from .arguments import Arguments, read_arguments
from .evaluate import evaluate_all
from .explain import explain
from .imports import set_up_imports
from .load import load_files


def main() -> int:
    """Renders, and returns the exit code."""
    arguments = read_arguments(sys.argv[1:])
    if isinstance(arguments, str):
        return _fail(arguments)
    try:
        text = _rendered(arguments)
        _write(arguments.out, text)
    except KeyboardInterrupt as error:
        return _fail(explain(error, arguments.directory, ".hm").message)
    except OSError as error:
        return _fail(f"harmont: {error}")
    return 0


def _rendered(arguments: Arguments) -> str:
    set_up_imports(arguments.directory)
    loaded, errors = load_files(arguments)
    pipelines, failed = evaluate_all(loaded, arguments)
    return _output.json_text({"pipelines": pipelines, "errors": [*errors, *failed]})


def _write(path: str, text: str) -> None:
    # A name that is not valid text keeps its bytes as JSON escapes.
    whole = text.encode(errors="backslashreplace")
    partial = f"{path}.{os.getpid()}"
    with open(partial, "wb") as stream:
        stream.write(whole)
    os.replace(partial, path)


def _fail(message: str) -> int:
    sys.__stderr__.write(f"{message}\n")  # type: ignore[union-attr]
    return 1


def _flush() -> None:
    for stream in {sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__}:
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            # The reader is gone, or the program closed the stream. The result is in the file.
            continue


if __name__ == "__main__":
    code = main()
    _flush()
    # os._exit, unlike sys.exit, does not wait for threads that a pipeline left running.
    os._exit(code)
