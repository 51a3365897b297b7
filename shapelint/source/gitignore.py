"""What ``.gitignore`` files exclude: those of the walked directories and of the repository above them.

The patterns are git's, read by ``pathspec``, which is imported with the first ``.gitignore`` that says something. The
innermost file with an opinion decides, so a nested ``!keep.py`` brings a file back.
"""

import os
from typing import TYPE_CHECKING, NamedTuple

from .reading import read_bytes

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class Rules(NamedTuple):
    """One ``.gitignore``: the directory it stands in, and its patterns."""

    base: str
    spec: "GitIgnoreSpec"


def read_rules(directory: str) -> tuple[Rules, ...]:
    """What the ``.gitignore`` of ``directory`` says; nothing where there is none."""
    path = os.path.join(directory, ".gitignore")
    if not os.path.isfile(path):
        return ()
    try:
        text = read_bytes(path).decode("utf-8", "replace")
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    except OSError:
        return ()
    if not lines:
        return ()
    return (Rules(os.path.abspath(directory), _spec(lines)),)


def _spec(lines: list[str]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        # git passes over a line that is no pattern (a lone "!"), and so do we.
        return GitIgnoreSpec.from_lines([line for line in lines if _is_pattern(line)])


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def rules_above(root: str) -> tuple[Rules, ...]:
    """The rules of the repository that contains ``root``; none where they exclude ``root`` itself, which was asked for."""
    above: list[str] = []
    at = os.path.abspath(root)
    while not os.path.exists(os.path.join(at, ".git")):
        parent = os.path.dirname(at)
        if parent == at:
            return ()
        at = parent
        above.append(at)
    rules = tuple(rule for directory in reversed(above) for rule in read_rules(directory))
    parts = os.path.relpath(os.path.abspath(root), at).split(os.sep) if above else []
    excluded = any(ignored(os.path.join(at, *parts[:count]), True, rules) for count in range(1, len(parts) + 1))
    return () if excluded else rules


def ignored(path: str, directory: bool, rules: tuple[Rules, ...]) -> bool:
    """What the innermost ``.gitignore`` with an opinion says."""
    if not rules:
        return False
    full = os.path.abspath(path)
    for rule in reversed(rules):
        relative = full[len(rule.base.rstrip(os.sep)) + 1:].replace(os.sep, "/") + ("/" if directory else "")
        include = rule.spec.check_file(relative).include
        if include is not None:
            return include
    return False
