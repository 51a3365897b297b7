"""Odd but valid programs, made of real ones by exchanging parts of their trees: none makes shapelint crash.

``python -m tests.test_fuzz FIRST COUNT`` tries further seeds and prints those that crash, with the programs.
"""

import ast
import random
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from shapelint.check import check_sources
from shapelint.config import Config
from shapelint.interp import limits
from shapelint.source import SourceFile
from shapelint.source.files import parse_text

FIXTURES = Path(__file__).parent.parent / "fixtures"
ODD = ["None", "3", "-1", "0", "2.5", "''", "'abc'", "[]", "()", "{}", "{1: 2}", "{1, 2}", "lambda *a, **k: a", "...", "range(4)", "torch", "nn.Linear", "torch.zeros(2, 3)", "nn.Conv2d(3, 8, 3)",
       "float('nan')", "10**30", "slice(None)", "iter([1, 2])", "(yield)", "x for x in ()", "super()", "object()", "type", "NotImplemented", "b'x'", "1j", "True", "[[1], [2, 3]]", "nn.Module"]


def _sources() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(FIXTURES.rglob("*.py")) if 200 < path.stat().st_size < 6000]


_SOURCES = _sources()


def _parts(tree: ast.AST) -> list[tuple[ast.AST, str, int | None]]:
    """Every place of the tree that holds an expression to be read, as (parent, field, index)."""
    found: list[tuple[ast.AST, str, int | None]] = []
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            for index, item in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(item, ast.expr) and not isinstance(getattr(item, "ctx", None), (ast.Store, ast.Del)) and not isinstance(item, (ast.Starred, ast.FormattedValue, ast.JoinedStr)):
                    found.append((node, field, index))
    return found


def _odd(text: str) -> ast.expr:
    return ast.parse(f"f({text})", mode="eval").body.args[0]  # type: ignore[attr-defined, no-any-return]


def _put(place: tuple[ast.AST, str, int | None], node: ast.expr) -> None:
    parent, field, index = place
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _get(place: tuple[ast.AST, str, int | None]) -> ast.expr:
    parent, field, index = place
    found: ast.expr = getattr(parent, field) if index is None else getattr(parent, field)[index]
    return found


def program(seed: int) -> str | None:
    """A program of its own for every number; None where the exchanged parts make no valid one."""
    chance = random.Random(seed)
    tree, other = (ast.parse(chance.choice(_SOURCES)) for _ in range(2))
    places, donors = _parts(tree), _parts(other)
    for _ in range(chance.randint(1, 8)):
        place = chance.choice(places)
        _put(place, _odd(chance.choice(ODD)) if chance.random() < 0.6 or not donors else _get(chance.choice(donors)))
    for body in [node.body for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Module)) and chance.random() < 0.1]:
        chance.shuffle(body)
    try:
        text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "net.py", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return None
    return text


def crash(text: str) -> str:
    """The crash report of a program, or nothing."""
    source = parse_text("net.py", text)
    assert isinstance(source, SourceFile)
    return "".join(found.message for found in check_sources([source], Config()).diagnostics if found.code == "SHP005")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    _shrink(monkeypatch.setattr)
    yield


def _shrink(put: "object") -> None:
    for name in ("STEPS_PER_ENTRY", "STEPS_RUNNING_A_FILE", "STEPS_EXPLORING_A_FILE", "STEPS_PER_EXPLORATION", "STEPS_PER_LOOP"):
        put(limits, name, getattr(limits, name) // 40)  # type: ignore[operator]


@pytest.mark.parametrize("seed", range(120))
def test_an_odd_program_is_survived(seed: int) -> None:
    text = program(seed)
    if text is not None:
        found = crash(text)
        assert not found, f"{found}\n\n{text}"


def _hunt(first: int, count: int) -> None:
    _shrink(setattr)
    for seed in range(first, first + count):
        text = program(seed)
        found = crash(text) if text is not None else ""
        if found:
            print(seed, found, flush=True)


if __name__ == "__main__":
    _hunt(int(sys.argv[1]), int(sys.argv[2]))
