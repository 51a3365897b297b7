"""Transforms of pictures and tensors against torchvision: its recorded answers (``tests/transforms_oracle.py``), and torchvision itself where it is installed."""

import ast
import gzip
import json
from random import Random
from typing import Any

import pytest

from shapelint.dims import Expr
from shapelint.interp.events import Refused
from shapelint.interp.library.numpy_arrays import array_of
from shapelint.interp.library.pictures import picture_of
from shapelint.interp.machine import Machine
from shapelint.interp.natives import PyRaise
from shapelint.interp.program import Program
from shapelint.interp.values import DictObject, ListObject, Scope, Tensor, Unknown, Value
from shapelint.source.text import SourceFile

from . import transforms_oracle as oracle

RECORDED: dict[str, list[Any]] = json.loads(gzip.decompress(oracle.DATA.read_bytes()))["answers"]
# Sizes depend on chance or angles; the newer Normalize lets arrays pass, of which a layer of tensors knows nothing.
BLIND = ("RandomShortestSize", "RandomResize(", "ScaleJitter", "RandomZoomOut", "expand=True", "0.5,))(np.", "0.2))(np.", "inplace=True)(np.")


def evaluator() -> tuple[Machine, Scope]:
    source = SourceFile("main.py", oracle.PRELUDE, ast.parse(oracle.PRELUDE))
    program = Program(["."])
    program.run(source)
    assert program.machine is not None and program.main_scope is not None
    return program.machine, program.main_scope


def stated(machine: Machine, scope: Scope, text: str) -> tuple[Value, bool]:
    """What shapelint says of an expression, and whether it says that torch refuses it."""
    before = len(machine.events)
    machine.step_limit = machine.steps + 100_000
    try:
        found = machine.evaluate(ast.parse(text, mode="eval").body, scope)
    except PyRaise:
        found = None
    refused = any(isinstance(event, Refused) and event.application.certain for event in machine.events[before:])
    return found, refused


def complaint(value: Value, answer: Any) -> str:
    """What a stated value says that an answer contradicts."""
    if isinstance(value, Unknown) or value is None:
        return ""
    if isinstance(value, ListObject):
        value = value.table["items"]
    if isinstance(value, tuple) and isinstance(answer, list):
        if len(value) != len(answer):
            return f"{len(value)} items for {answer}"
        return next(filter(None, (complaint(item, one) for item, one in zip(value, answer, strict=True))), "")
    if isinstance(value, DictObject) and isinstance(answer, dict):
        return next(filter(None, (complaint(value.table[key], answer[key]) for key in answer)), "")
    if isinstance(value, Tensor) and value.shape is None:
        return ""
    if isinstance(value, Tensor):
        return _against(["tensor", value.shape, value.dtype], answer)
    picture = picture_of(value)
    if picture is not None:
        return _against(["picture", (picture.height, picture.width), picture.mode], answer)
    array = array_of(value)
    if array is not None:
        return _against(["array", array.shape, array.dtype], answer)
    return "" if isinstance(value, Expr) or value == answer else f"{value} for {answer}"


def _against(mine: list[Any], answer: Any) -> str:
    if not isinstance(answer, list) or len(answer) != 3 or answer[0] != mine[0]:
        return f"{mine} for {answer}"
    sizes = mine[1]
    wrong = sizes is not None and (len(sizes) != len(answer[1]) or any(not isinstance(size, Expr) and size != real for size, real in zip(sizes, answer[1], strict=False)))
    return f"{mine} for {answer}" if wrong or mine[2] not in (None, answer[2]) else ""


def known(value: Value) -> bool:
    """Whether every size is a number."""
    if isinstance(value, ListObject):
        value = value.table["items"]
    if isinstance(value, tuple):
        return all(map(known, value))
    if isinstance(value, DictObject):
        return all(map(known, value.table.values()))
    if isinstance(value, Tensor):
        return value.shape is not None and not any(isinstance(size, Expr) for size in value.shape)
    picture = picture_of(value)
    return not isinstance(value, Unknown) and (picture is None or not (isinstance(picture.height, Expr) or isinstance(picture.width, Expr)))


def test_nothing_that_is_stated_contradicts_torchvision() -> None:
    machine, scope = evaluator()
    complaints: list[str] = []
    for text, answers in RECORDED.items():
        value, refused = stated(machine, scope, text)
        complaints += [f"{text}: refused, but torch gives {answers[0]}"] if refused and answers else []
        complaints += [f"{text}: {found}" for found in (complaint(value, answer) for answer in answers) if found]
    assert complaints == []


def test_sizes_that_do_not_depend_on_chance_are_stated() -> None:
    machine, scope = evaluator()
    unstated = [text for text, answers in RECORDED.items() if len(answers) == 1 and not any(word in text for word in BLIND) and not known(stated(machine, scope, text)[0])]
    assert unstated == []


def test_the_comparison_sees_wrong_answers() -> None:
    machine, scope = evaluator()
    value, _ = stated(machine, scope, "T.Resize((8, 9))(torch.rand(3, 17, 31))")
    assert not complaint(value, ["tensor", [3, 8, 9], "float"])
    assert complaint(value, ["tensor", [3, 9, 8], "float"]) and complaint(value, ["picture", [8, 9], "RGB"]) and complaint(value, ["tensor", [3, 8, 9], "int"])


def test_the_recorded_answers_are_those_of_torchvision() -> None:
    pytest.importorskip("torchvision")
    scope = oracle.names()
    chosen = Random(0).sample(sorted(RECORDED), 300)
    assert [text for text in chosen if oracle.answers(text, scope) != RECORDED[text]] == []
    assert set(oracle.cases()) == set(RECORDED)
