"""Layer definitions as written: found through every form of import, at the places that the standard tree gives them."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from shapelint.source import SourceFile, Span
from shapelint.source.definitions import Definition, find_definitions
from shapelint.source.files import parse_bytes, parse_text, read_source

FIXTURES = Path(__file__).parent.parent / "fixtures"
FILES = sorted([*FIXTURES.rglob("*.py"), *FIXTURES.rglob("*.ipynb")])
NN = "from torch import nn\n"


def source(text: str) -> SourceFile:
    found = parse_text("a.py", text)
    assert isinstance(found, SourceFile), found
    return found


def written(found: SourceFile) -> list[tuple[str, str]]:
    """The qualified name and the text of every definition."""
    return [(item.name, found.segment(item.span)) for item in find_definitions(found)]


def only(text: str) -> Definition:
    (found,) = find_definitions(source(text))
    return found


# The same question asked of the standard tree.


def bindings(tree: ast.AST) -> dict[str, str]:
    names: dict[str, str] = {}
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in sorted(imports, key=lambda node: (node.lineno, node.col_offset)):
        for item in node.names:
            if isinstance(node, ast.ImportFrom):
                full, bound = f"{node.module}.{item.name}", item.asname or item.name
                known = node.level == 0 and item.name != "*"
            else:
                bound = item.asname or item.name.split(".")[0]
                full, known = item.name if item.asname else bound, True
            if known and full.split(".")[0] == "torch":
                names[bound] = full
    return names


def called(node: ast.expr, names: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute):
        owner = called(node.value, names)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def from_ast(found: SourceFile) -> dict[tuple[Span, str], ast.Call]:
    names, calls = bindings(found.tree), {}
    for node in ast.walk(found.tree):
        if isinstance(node, ast.Call):
            *owner, name = called(node.func, names).split(".")
            if owner == ["torch", "nn"] and name[0].isupper():
                calls[found.span_of(node), f"torch.nn.{name}"] = node
    return calls


def arguments(found: SourceFile, call: ast.Call) -> set[tuple[str | None, Span]]:
    """Keywords and spans; ``**options`` has no span of its own in the standard tree."""
    # The standard tree gives a generator that is the only argument the brackets of the call.
    lone = len(call.args) + len(call.keywords) == 1
    positional = {(None, found.span_of(item)) for item in call.args if not (lone and isinstance(item, ast.GeneratorExp))}
    return positional | {(item.arg, found.span_of(item.value)) for item in call.keywords if item.arg}


def joined(found: SourceFile) -> int:
    """Assert that both trees tell the same; the number of definitions."""
    definitions, calls = find_definitions(found), from_ast(found)
    assert {(item.span, item.name) for item in definitions} == set(calls)
    assert len(definitions) == len(calls)
    for item in definitions:
        assert {(argument.keyword, argument.span) for argument in item.arguments} >= arguments(found, calls[item.span, item.name])
    return len(definitions)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_both_trees_tell_the_same_definitions(path: Path) -> None:
    found = read_source(str(path))
    if isinstance(found, SourceFile):
        joined(found)


def test_the_fixtures_have_definitions_to_join() -> None:
    found = [item for path in FILES if isinstance(item := read_source(str(path)), SourceFile)]
    assert len(found) > 90 and any(item.cells for item in found)
    counts = [len(from_ast(item)) for item in found]
    assert sum(counts) > 300
    assert sum(count > 0 for count in counts) > 80


def test_the_join_can_fail() -> None:
    found = source(f"{NN}a = nn.Linear(1, 2)\n")
    found.tree = ast.parse(f"{NN}a =  nn.Linear(1, 2)\n")
    with pytest.raises(AssertionError):
        joined(found)


@pytest.mark.parametrize("line, call", [
    ("import torch.nn as nn", "nn.Conv2d"), ("from torch import nn", "nn.Conv2d"), ("from torch import nn as layers", "layers.Conv2d"),
    ("from torch.nn import Conv2d as C", "C"), ("from torch.nn import Conv2d", "Conv2d"), ("from torch.nn import (ReLU, Conv2d as C,)", "C"),
    ("import torch  # nn", "torch.nn.Conv2d"), ("import torch.nn", "torch.nn.Conv2d"), ("import torch as t", "t.nn.Conv2d"),
    ("import torch.nn.functional", "torch.nn.Conv2d"), ("import os, torch.nn as N", "N.Conv2d"),
    ("try:\n    from torch import nn\nexcept ImportError:\n    nn = None", "nn.Conv2d"), ("from torch import nn", "(nn . Conv2d)"),
])
def test_names_are_resolved_through_imports(line: str, call: str) -> None:
    found = source(f"{line}\nx = [{call}(3, 8)]\n")
    assert written(found) == [("torch.nn.Conv2d", f"{call}(3, 8)")]
    assert joined(found) == 1


def test_an_import_below_or_in_a_function_counts() -> None:
    found = source("def f():\n    return nn.Linear(1, 2)\ndef g():\n    from torch import nn\n    return nn.ReLU()\n")
    assert written(found) == [("torch.nn.Linear", "nn.Linear(1, 2)"), ("torch.nn.ReLU", "nn.ReLU()")]


@pytest.mark.parametrize("text", [
    "x = nn.Conv2d(3, 8)", "import torch\nx = nn.Conv2d(3)", "from .torch import nn\nx = nn.Conv2d(3)",
    "from paddle import nn # torch\nx = nn.Conv2d(3)",
    "from torch import nn\nx = nn.functional.relu(y)", "from torch import nn\nx = nn.Conv2d", "from torch import nn\nx = nn.Module.__init__(self)",
    "from torch import nn\nx = nn.utils.Conv2d(3)", "from torch import nn\nx = self.nn.Conv2d(3)", "from torch import nn\nx = nn().Conv2d(3)",
    "from torch import nn\nx = nn._Loss()", "from torch import *\nx = nn.Linear(1, 2)", "from . import nn  # torch\nx = nn.Linear(1, 2)", "",
])
def test_what_is_no_definition(text: str) -> None:
    assert find_definitions(source(text)) == []
    assert joined(source(text)) == 0


def test_kinds_of_layers_in_order_of_position() -> None:
    text = "net = nn.Sequential(nn.LazyConv2d(8, 3), (nn.ConvTranspose1d)(1, 2, 3), wrap(nn.Linear(4, 5)))(x)\nnn.Parameter(y)\n"
    found = source(NN + text)
    names = [item.name.removeprefix("torch.nn.") for item in find_definitions(found)]
    assert names == ["Sequential", "LazyConv2d", "ConvTranspose1d", "Linear", "Parameter"]
    assert joined(found) == 5


def test_arguments_as_written() -> None:
    found = only(f"{NN}c = nn.Conv2d( 3 , (8), kernel_size = (3,\n   5), bias=not b, *rest, ** options , )\n")
    assert [(item.keyword, item.text) for item in found.arguments] == [
        (None, "3"), (None, "8"), ("kernel_size", "(3,\n   5)"), ("bias", "not b"), (None, "*rest"), (None, "** options"),
    ]
    assert found.arguments[0].span == Span("a.py", 2, 16, 2, 17)
    assert found.arguments[2].span == Span("a.py", 2, 39, 3, 6)


def test_no_arguments_and_a_generator() -> None:
    assert only(f"{NN}nn.ReLU()").arguments == ()
    assert [item.text for item in only(f"{NN}nn.Sequential( *( a + b ) , **(c))").arguments] == ["*( a + b )", "**(c)"]
    (argument,) = only(f"{NN}nn.ModuleList(f(i) for i in x)").arguments
    assert (argument.keyword, argument.text) == (None, "f(i) for i in x")


@pytest.mark.parametrize("value", [
    "(3, 3)", "( 3, )", "()", "[3]", "{**a}", "(f(i) for i in x)", "lambda: 1", "-1", "1 if a else 2", "a[0].b", "'a' 'b'", "(a := 1).b",
])
@pytest.mark.parametrize("form", ["{}", "k={}", "(({}))", "k = ( {} )", "*{}", "1, {}"])
def test_arguments_have_the_places_of_the_standard_tree(value: str, form: str) -> None:
    found = source(f"{NN}nn.Conv2d(0, {form.format(value)} , z=1)\n")
    assert joined(found) == 1
    (definition,) = find_definitions(found)
    assert definition.arguments[-2].text == ("*" if form == "*{}" else "") + value


@pytest.mark.parametrize("text, comment", [
    ("a = nn.Linear(1, 2)  # (N, 2)", "# (N, 2)"), ("a = nn.Linear(1, 2)", None), ("a = [\n  nn.Linear(1, 2),  #  é  \n]", "#  é  "),
    ("a = nn.Linear(  # in\n  1, 2)", None), ("a = nn.Linear(  # in\n  1, 2,  # two\n)  # out", "# out"),
    ("# above\na = nn.Linear(1, 2)\n# below", None),
    ("a = nn.Linear(1, '# no')", None), ("a = nn.Linear(1, 2); b = 2 # both", "# both"), ("if nn.Linear(1, 2):  # if\n    pass", "# if"),
    ("f(nn.Linear(1, 2)  # in\n)", "# in"), ("a = nn.Linear(1, 2)# tight\r\n", "# tight"),
])
def test_the_comment_on_the_line_where_the_call_ends(text: str, comment: str | None) -> None:
    assert only(NN + text).comment == comment


@pytest.mark.parametrize("text", [
    "é = 'ü'; y = nn.Linear(1, k='я', m=2)", "s = '🙂🙂', nn.Linear(1, 2)", "x = ('é',\n 'я', nn.Linear('é',\n 'é', b=1))",
    "if x:\n\tnn.ReLU()",
    "\x0cy = nn.Linear(1, 2)", "class A:\n    x = 1\n\x0c\x0cy = nn.Linear(1,\n\x0c  2)\n", "x = '''\x0c\u2028\x85''', nn.ReLU()",
    "f'{nn.Linear(1, 2)}'",
    "x = [\\\n nn.ReLU(),\n\n  # c\n  nn.Linear(\n1, 2\n)]", "# -*- coding: latin-1 -*-\né = nn.Linear(1, é)",
    "@wrap(nn.ReLU())\ndef f(a=nn.GELU()): ...",
])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places_are_those_of_the_standard_tree(text: str, end: str) -> None:
    found = source((NN + text).replace("\n", end))
    assert joined(found) >= 1
    for item in find_definitions(found):
        assert found.segment(item.span).startswith("nn.") and found.segment(item.span).endswith(")")


def test_columns_are_characters() -> None:
    found = only(f"{NN}é = '🙂', nn.Linear('é', b=2)")
    assert found.span == Span("a.py", 2, 10, 2, 29)
    assert [item.span for item in found.arguments] == [Span("a.py", 2, 20, 2, 23), Span("a.py", 2, 27, 2, 28)]


def test_mixed_line_ends() -> None:
    found = source("from torch import nn\r\na = nn.Linear(\n 1,\r\n 2)\r\nb = nn.ReLU()  # b\n")
    assert written(found) == [("torch.nn.Linear", "nn.Linear(\n 1,\r\n 2)"), ("torch.nn.ReLU", "nn.ReLU()")]
    assert [item.comment for item in find_definitions(found)] == [None, "# b"]
    assert joined(found) == 2


def test_a_notebook_with_magics() -> None:
    texts = [
        "%matplotlib inline\n!pip install torch\nfrom torch import nn", "é = nn.Linear(4,\n  2)  # head\n%time b = nn.ReLU()", "def (", "nn.GELU()",
    ]
    cells = [{"cell_type": "code", "source": text, "metadata": {}, "outputs": []} for text in texts]
    found = parse_bytes("n.ipynb", json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode())
    assert isinstance(found, SourceFile)
    joined(found)
    definitions = find_definitions(found)
    assert (definitions[0].name, definitions[0].comment, found.show(definitions[0].span)) == ("torch.nn.Linear", "# head", "n.ipynb:cell 2:1:5")
    assert (definitions[-1].name, found.show(definitions[-1].span)) == ("torch.nn.GELU", "n.ipynb:cell 4:1:1")


def test_what_libcst_cannot_read_has_no_definitions(monkeypatch: pytest.MonkeyPatch) -> None:
    import libcst

    def refuse(code: str) -> None:
        raise libcst.ParserSyntaxError("no", lines=[""], raw_line=1, raw_column=0)

    monkeypatch.setattr(libcst, "parse_module", refuse)
    assert find_definitions(source(f"{NN}nn.ReLU()\n")) == []


def test_an_expression_too_deep_for_libcst_has_no_definitions() -> None:
    assert find_definitions(source(f"{NN}nn.ReLU()\nx = {'1 + ' * 800}1\n")) == []


def loads_libcst(text: str) -> bool:
    code = "import sys\nfrom shapelint.source.files import parse_text\nfrom shapelint.source.definitions import find_definitions\n"
    code += "find_definitions(parse_text('a.py', sys.argv[1]))\nprint('libcst' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code, text], capture_output=True, text=True, check=True)
    return run.stdout.strip() == "True"


def test_libcst_is_loaded_only_for_a_file_that_may_define_layers() -> None:
    assert not loads_libcst("import torchvision\nconnection = torchvision.inner()\n")
    assert not loads_libcst("import torch\nx = torch.randn(3)\n")
    assert loads_libcst(f"{NN}x = 1\n")
