"""Python's own semantics: programs in ``python_programs/`` state values, and CPython and the interpreter must agree on every one of them."""

from pathlib import Path
from random import Random

import pytest

from tests.python_oracle import MISSING, contradicts, in_interpreter, in_python, known
from tests.random_programs import program

PROGRAMS = sorted((Path(__file__).parent / "python_programs").glob("*.py"))


@pytest.mark.parametrize("path", PROGRAMS, ids=[path.stem for path in PROGRAMS])
def test_a_program_states_what_it_states_in_cpython(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    wanted, found = in_python(text, str(path)), in_interpreter(text, str(path))
    assert not [name for name in wanted if contradicts(wanted[name], found.get(name, []))]
    assert not [name for name in wanted if not known(found[name])]
    assert found.keys() == wanted.keys()


def test_a_wrong_value_would_be_noticed() -> None:
    wanted = in_python("check('a', [1, {'k': (2, 'x')}])")
    assert contradicts(wanted["a"], in_interpreter("check('a', [1, {'k': (2, 'y')}])")["a"])
    assert contradicts(wanted["a"], in_interpreter("check('a', [1, {'k': [2, 'x']}])")["a"])
    assert not known(in_interpreter("import random\ncheck('a', [random.random()])")["a"])


@pytest.mark.parametrize("seed", range(40))
def test_a_random_program_is_never_read_wrongly(seed: int) -> None:
    text = program(Random(seed))
    wanted, found = in_python(text), in_interpreter(text)
    assert not [name for name in wanted if contradicts(wanted[name], found.get(name, wanted[name]))], text


@pytest.mark.parametrize("base", ["from somewhere_unread import Base", "from threading import Thread as Base", "from collections import UserDict as Base"])
def test_a_base_class_that_is_not_read_may_bring_any_attribute(base: str) -> None:
    text = f"{base}\nclass Own(Base):\n    pass\ntry:\n    Own().data\n    there = hasattr(Own(), 'data')\nexcept AttributeError:\n    there = 'raised'\ncheck('a', there)"
    assert in_interpreter(text)["a"] == [MISSING]
