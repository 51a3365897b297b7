"""Python's own semantics: programs in ``python_programs/`` state values, and CPython and the interpreter must agree on every one of them."""

import sys
from pathlib import Path
from random import Random

import pytest

from tests.python_oracle import MISSING, contradicts, in_interpreter, in_python, known
from tests.random_programs import program

PROGRAMS = sorted((Path(__file__).parent / "python_programs").glob("*.py"))


@pytest.mark.parametrize("path", PROGRAMS, ids=[path.stem for path in PROGRAMS])
def test_a_program_states_what_it_states_in_cpython(path: Path) -> None:
    if path.stem == "syntax_312" and sys.version_info < (3, 12):
        pytest.skip("this Python does not parse it")
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


@pytest.mark.parametrize("base", [
    "from somewhere_unread import Base", "from threading import Thread as Base", "from collections import UserDict as Base",
    "from torch.distributions import Normal as Base", "from torch.nn import Parameter as Base", "from torch import Tensor as Base",
])
def test_a_base_class_that_is_not_read_may_bring_any_attribute(base: str) -> None:
    text = f"{base}\nclass Own(Base):\n    pass\ntry:\n    Own().data\n    there = hasattr(Own(), 'data')\nexcept AttributeError:\n    there = 'raised'\ncheck('a', there)"
    assert in_interpreter(text)["a"] == [MISSING]


def test_a_base_class_that_brings_next_to_nothing_has_no_other_attribute() -> None:
    text = "from torch.utils.data import Dataset\nclass Own(Dataset):\n    pass\ncheck('a', hasattr(Own(), 'data'))"
    assert in_interpreter(text)["a"] == [("bool", False)]


@pytest.mark.parametrize("text", [
    "check('a', len(d))",
    "check('a', [k for k in d])",
    "check('a', sum(d.values()))",
    "check('a', bool(d))",
    "check('a', d == {'b': 2})",
    "check('a', d.keys() == {'b'})",
    "check('a', list(d.items())[0])",
    "total = 0\nfor k, v in d.items():\n    total += v\ncheck('a', total)",
    "names = []\nfor k in d:\n    names.append(k)\ncheck('a', names)",
    "found = 'none'\nfor v in d.values():\n    if v == 1:\n        found = 'one'\n        break\ncheck('a', found)",
    "e = dict(d)\ne['c'] = 3\ncheck('a', (len(e), 'a' in e, 'c' in e, e['b']))",
    "del e['a']\ncheck('a', (len(e), 'a' in e, bool(e)))",
    "del e['a']\nfor k in e:\n    raise SystemExit\ncheck('a', 'passed')",
])
def test_an_entry_that_may_be_missing_is_neither_there_nor_not(text: str) -> None:
    def made(condition: str) -> str:
        return f"import random\nd, e = {{}}, {{}}\nif {condition}:\n    d['a'] = 1\nd['b'] = 2\nif not {condition}:\n    e['z'] = 0\ne['a'] = 0\n{text}\n"

    found = in_interpreter(made("random.random() < 2"))
    for condition in ("True", "False"):
        try:
            wanted = in_python(made(condition))
        except SystemExit:
            continue
        assert not contradicts(wanted["a"], found.get("a", [MISSING])), found


def test_what_a_branch_put_into_a_cache_may_be_there() -> None:
    text = """
import random
from functools import cache
calls = []
@cache
def made(x):
    calls.append(x)
    return [x]
if CONDITION:
    made(1)
made(1).append(2)
check('a', (made(1), len(calls), made.cache_info().currsize, made(1) is made(1)))
if CONDITION:
    made(3)
    made.cache_clear()
check('b', (made(3), made.cache_info().hits))
"""
    found = in_interpreter(text.replace("CONDITION", "random.random() < 2"))
    for condition in ("True", "False"):
        wanted = in_python(text.replace("CONDITION", condition))
        assert not contradicts(wanted["a"], found["a"]) and not contradicts(wanted["b"], found["b"]), found


@pytest.mark.parametrize("text", ["~torch.tensor(3, dtype=torch.uint8)", "~torch.tensor(3).byte()", "torch.tensor(3).short() << 14", "torch.tensor(3).to(torch.int8) << 6"])
def test_bits_that_a_short_type_loses_are_not_known(text: str) -> None:
    text = f"import torch\ncheck('a', int({text}))"
    assert not contradicts(in_python(text)["a"], in_interpreter(text)["a"])


def test_a_chain_of_dicts_has_more_than_a_dict_has() -> None:
    text = "from collections import ChainMap\nc = ChainMap({'a': 1}, {'b': 2})\ncheck('a', (c.maps[0], c['b'], c.parents['b'], type(c).__name__))"
    assert not contradicts(in_python(text)["a"], in_interpreter(text)["a"])


def test_what_exec_makes_in_the_body_of_a_class_is_not_known() -> None:
    text = """
from abc import ABC, abstractmethod
class Base(ABC):
    @abstractmethod
    def f(self): ...
    def g(self): return 3
class Own(Base):
    h = 4
    exec("def f(self): return 7\\ndef g(self): return 8\\nh = 9\\nk = 1")
    m = k
check('a', Own().f())
check('b', Own().g())
check('c', Own.h)
check('d', Own.m)
"""
    assert in_interpreter(text) == {name: [MISSING] for name in "abcd"}


def test_equal_objects_whose_hashes_are_not_known_may_be_the_same_to_a_cache() -> None:
    text = """
from functools import cache
class Own:
    def __eq__(self, other): return True
    __hash__ = object.__hash__
@cache
def made(own): return [3]
check('a', made(Own()) is made(Own()))
check('b', made.cache_info().currsize)
check('c', made(Own())[0])
"""
    found = in_interpreter(text)
    assert not any(contradicts(wanted, found[name]) for name, wanted in in_python(text).items()), found


@pytest.mark.parametrize("loop", [
    "kept = g()\nclass Own:\n    def __iter__(self): return kept\nfor x in Own(): break", "class Own:\n    def __iter__(self): return g()\nfor x in Own(): break",
    "def tee(it):\n    kept.append(it)\n    return it\nkept = []\nfor x in tee(g()): break", "def made(): return g()\nfor x in made(): break",
    "def wrapped(it):\n    for x in it: yield x\nfor x in wrapped(g()): break", "def wrapped(it):\n    for x in it: yield x\nkept = g()\nfor x in wrapped(kept): break",
    "for x in zip(*[g(), g()]): break", "def made(): return enumerate(g())\nfor x in made(): break",
])
def test_a_generator_that_others_may_hold_may_be_closed(loop: str) -> None:
    text = f"log = []\ndef g():\n    try:\n        yield 1\n        yield 2\n    finally:\n        log.append(1)\n{loop}\ncheck('a', len(log))"
    assert not contradicts(in_python(text)["a"], in_interpreter(text)["a"])


@pytest.mark.skipif(sys.version_info < (3, 11), reason="iteration gave the names of several flags")
def test_a_name_of_several_flags_is_no_member_of_its_own() -> None:
    text = """
import enum
class U(enum.IntFlag):
    N = 0
    R = 4
    W = 2
    RW = R | W
class V(enum.Flag):
    A = enum.auto()
    B = enum.auto()
    AB = A | B
check('a', (len(U), [u.name for u in U], U.RW.value, U(6) is U.RW, (U.R | U.W) is U.RW, list(U.__members__), U['RW'].value))
check('b', (len(V), [v.value for v in V], V.AB.value, (V.A | V.B) is V.AB, V(3) is V.AB))
"""
    wanted, found = in_python(text), in_interpreter(text)
    assert not any(contradicts(wanted[name], found[name]) for name in wanted), found
    text = text.replace(", V(3) is V.AB", "").replace(", U(6) is U.RW", "")
    wanted, found = in_python(text), in_interpreter(text)
    assert all(known(found[name]) and not contradicts(wanted[name], found[name]) for name in wanted), found


def test_an_enum_that_is_called_for_with_other_keywords_is_not_known() -> None:
    assert in_interpreter("import enum\nE = enum.Enum('E', ['a'], type=int, start=3)\ncheck('a', E.a.value)")["a"] == [MISSING]
