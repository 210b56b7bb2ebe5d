"""Texts as words of the shell."""

from __future__ import annotations

import re

_BARE = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_WRAPPED = re.compile(r"""'[^']*'|"(?:[^"\\]|\\[\s\S])*\"""")


def quote(text: str) -> str:
    """Returns a text as one shell word.

    A text in one pair of quotes is unchanged; variables (`$`) are expanded; a leading `~/` means the home directory.
    """
    # A path with a leading `-` must not be taken for an option.
    return quote_value(f"./{text}" if text.startswith("-") else text)


def quote_value(text: str) -> str:
    """Quotes a value, which may begin with `-`."""
    if _WRAPPED.fullmatch(text):
        return text
    if text.startswith("~/"):
        return "~/" + (_quote_word(text[2:]) if len(text) > 2 else "")
    return _quote_word(text)


def _quote_word(text: str) -> str:
    if _BARE.fullmatch(text):
        return text
    if "$" in text:
        return '"' + re.sub(r'["\\`]', r"\\\g<0>", text) + '"'
    return "'" + text.replace("'", "'\\''") + "'"


def in_directory(directory: str, command: str) -> str:
    """Returns a command that runs in a directory of the workspace. Every line of a command with line breaks runs
    there."""
    word = quote(directory)
    return f"cd {word} || exit 1\n{command}" if "\n" in command else f"cd {word} && {command}"
