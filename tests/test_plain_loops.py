"""Nested loops over numbers are computed as a whole: what they leave is what Python leaves, and what is more than arithmetic is followed as before."""

import ast
from pathlib import Path
from typing import Any

import pytest

from shapelint.interp import Program, plain_loops
from shapelint.interp.machine import Machine
from shapelint.interp.values import DictObject, ListObject, Scope, Unknown, Value

OFFSETS = """
def f(r):
    points = [(i, j) for i in range(r) for j in range(r)]
    offsets = {}
    found = []
    for p in points:
        for q in points:
            offset = (abs(p[0] - q[0]), abs(p[1] - q[1]))
            if offset not in offsets:
                offsets[offset] = len(offsets)
            found.append(offsets[offset])
    return len(offsets), sum(found), found[-3:], p, q, offset
"""
TRIANGLE = """
def f(n):
    total, last, seen = 0, None, [7]
    also = seen
    for i in range(n):
        for j in range(i + 1, n):
            if (i + j) % 3 == 0 and j != 4:
                continue
            total += i * j - j // 2
            last = (i, j) if j > i else None
            seen.append(-j)
    return total, last, len(also), also[0], also[-1], min(total, 3)
"""
NOTHING = "def f(n):\n    x, i, j = 1, 2, 3\n    for i in range(n - n):\n        for j in range(9):\n            x = x + 1\n    return x, i, j\n"
TRIED = """
def walk(tree, depth=0):
    found = [depth]
    for item in tree:
        found = found + walk(item, depth + 1)
    return found
def f(n):
    tree = []
    for _ in range(n):
        tree = [tree, []]
    try:
        found = walk(tree)
    except Exception:
        found = None
    return found
"""
OBJECTS = "class C:\n    n = 0\ndef f(n):\n    c = C()\n    for i in range(n):\n        for j in range(n):\n            c.n = c.n + i\n    return c.n\n"
RAISES = "def f(n):\n    t = {}\n    try:\n        for i in range(n):\n            for j in range(n):\n                t[(i, j)] = 1 // (3 - i)\n    except ZeroDivisionError:\n        return i, j, len(t)\n"
SHADOWED = "def len(x):\n    return 5\ndef f(n):\n    a, s = (1, 2), 0\n    for i in range(n):\n        for j in range(n):\n            s += len(a)\n    return s\n"
GENERIC = "from collections import defaultdict\ndef f(n):\n    d = defaultdict(int)\n    for i in range(n):\n        for j in range(n):\n            d[i % 2] = d[i % 2] + j\n    return d[0], d[1]\n"
NESTED = "def f(n):\n    rows = []\n    for i in range(n):\n        row = []\n        for j in range(n):\n            row.append(i + j)\n        rows.append(row)\n    return rows[1][2], len(rows)\n"


def evaluated(text: str, n: int, folder: Path) -> Value:
    path = folder / "program.py"
    path.write_text(text)
    program = Program([str(folder)])
    from shapelint.source.files import read_source
    source = read_source(str(path))
    run = program.enter(source)  # type: ignore[arg-type]
    found: list[Value] = []
    run.guarded(lambda: found.append(run.m.evaluate(ast.parse(f"f({n})", mode="eval").body, run.scope)), steps=4_000_000)
    return found[0] if found else None


def as_python(value: Any) -> Any:
    if isinstance(value, ListObject):
        return [as_python(item) for item in value.table["items"]]
    if isinstance(value, DictObject):
        return {key: as_python(item) for key, item in value.table.items()}
    return tuple(map(as_python, value)) if isinstance(value, tuple) else value


@pytest.mark.parametrize(("text", "n", "whole"), [
    (OFFSETS, 14, True), (OFFSETS, 3, True), (TRIANGLE, 40, True), (NOTHING, 4, True), (OBJECTS, 6, False), (RAISES, 6, False), (SHADOWED, 4, False), (GENERIC, 5, False), (NESTED, 5, False),
])
def test_a_loop_leaves_what_python_leaves(text: str, n: int, whole: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computed, answers = plain_loops.computed, []

    def noted(m: Machine, node: ast.For, scope: Scope) -> bool:
        answers.append(computed(m, node, scope))
        return answers[-1]

    monkeypatch.setattr(plain_loops, "computed", noted)
    names: dict[str, Any] = {}
    exec(text, names)
    assert as_python(evaluated(text, n, tmp_path)) == names["f"](n)
    assert any(answers) is whole


TYPES = """
def f(n):
    floats, truths, table = [1, 2], [1, 0], {0: 1, 1: 0}
    for i in range(n):
        for j in range(2):
            floats[j] = floats[j] * 1.0
            truths[j] = truths[j] == 1
            table[j] = table[j] / 1
    return [str(type(item)) for item in (*floats, *truths, *table.values())]
"""
GROWS = """
def f(n):
    d = {0: 0}
    try:
        for k in d:
            for j in range(n):
                d[j] = k
    except RuntimeError:
        return len(d)
"""


@pytest.mark.parametrize(("text", "n"), [(TYPES, 70), (GROWS, 80)])
def test_numbers_that_are_equal_differ_in_their_types_and_dicts_must_not_grow(text: str, n: int, tmp_path: Path) -> None:
    names: dict[str, Any] = {}
    exec(text, names)
    assert as_python(evaluated(text, n, tmp_path)) == names["f"](n)


def test_recursion_in_a_try_is_followed_as_deeply_as_elsewhere(tmp_path: Path) -> None:
    names: dict[str, Any] = {}
    exec(TRIED, names)
    assert as_python(evaluated(TRIED, 9, tmp_path)) == names["f"](9)


@pytest.mark.parametrize("body", ["x = x * x", "x = x + x", "t = (t, t)", "t = t + t", "seen.append(seen)", "x = x ** 9", "s = s % (1,)"])
def test_a_loop_that_grows_without_bound_is_not_computed(body: str, tmp_path: Path) -> None:
    text = f"def f(n):\n    x, t, s, seen = 3, (1,), '%999999999d', []\n    for i in range(n):\n        for j in range(n):\n            {body}\n    return 1\n"
    found = evaluated(text, 60, tmp_path)
    assert found == 1 or isinstance(found, Unknown) or found is None
