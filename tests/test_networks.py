"""Whole networks on symbolic sizes: what ``shapelint show`` derives is what torch does, for every size up to 400.

The programs lie in ``fixtures/networks``, and one that no size suits in ``fixtures/broken_unet_valid``. What torch does with them was
recorded by ``network_oracle``, and is asked again here for a few sizes. The table below holds the closed forms that are known for these networks.
"""

import ast
import contextlib
import copy
import io
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from shapelint.cli import main

from .network_oracle import FIXTURES, NETWORKS, Answer, Network, Point, accepted, ask, build, known_answers, turns

Sizes = Mapping[str, int]
LIVE_SIZES = 2  # random ones, for each network


@dataclass(frozen=True)
class Golden:
    """What ``show`` says: the contract's text, the smallest size of each axis, all outputs, and the layers that are recorded in torch.

    Shapes are as in JSON, with blanks between their sizes; a size of the second axis that is ``~`` is that of the first with W for H.
    """

    contract: str
    smallest: tuple[int, ...]
    outputs: tuple[str, ...]
    taps: tuple[str, ...]


def _both(condition: str) -> str:
    return f"{condition} and {condition.replace('H', 'W')}"


_ANY = "every size"
_THREE = "{0, 29, 30, 31}"
GOLDEN = {
    "LeNet5": Golden(
        "(32 <= H <= 35 and 32 <= W <= 35) or (16 <= H <= 19 and 112 <= W <= 115) or (112 <= H <= 115 and 16 <= W <= 19)", (32, 32),
        ("N 10",), ("N 6 H-4 ~", "N 16 H//2-6 ~")),
    "AlexNet": Golden(_both("H >= 63"), (63, 63), ("N 1000",), ("N 192 (H-15)//16 ~", "N 256 (H-31)//32 ~")),
    "VGG16": Golden(
        "(224 <= H <= 255 and 224 <= W <= 255) or (32 <= H <= 63 and 1568 <= W <= 1599) or (1568 <= H <= 1599 and 32 <= W <= 63)", (224, 224),
        ("N 1000",), ("N 256 H//8 ~", "N 512 H//32 ~")),
    "VGG16Adaptive": Golden(_both("H >= 32"), (32, 32), ("N 1000",), ("N 256 H//8 ~", "N 512 H//32 ~")),
    "ResNet50": Golden(_ANY, (1, 1), ("N 1000",), ("N 512 (H+7)//8 ~", "N 2048 (H+31)//32 ~")),
    "ResNet152": Golden(_ANY, (1, 1), ("N 1000",), ("N 512 (H+7)//8 ~", "N 2048 (H+31)//32 ~")),
    "SqueezeNet1_0": Golden(_both("H >= 21"), (21, 21), ("N 1000",), ("N 256 (H-5)//8 ~", "N 256 (H-5)//16 ~")),
    "SqueezeNet1_1": Golden(_both("H >= 17"), (17, 17), ("N 1000",), ("N 128 (H-1)//8 ~", "N 256 (H-1)//16 ~")),
    "GoogLeNet": Golden(_both("H >= 15"), (15, 15), ("N 1000",), ("N 192 (H+1)//8 ~", "N 832 (H+17)//32 ~")),
    "DenseNet121": Golden(_both("H >= 29"), (29, 29), ("N 1000",), ("N 128 (H+3)//8 ~", "N 1024 (H+3)//32 ~")),
    "DenseNet201": Golden(_both("H >= 29"), (29, 29), ("N 1000",), ("N 128 (H+3)//8 ~", "N 1920 (H+3)//32 ~")),
    "InceptionV3": Golden(_both("H >= 75"), (75, 75), ("N 1000",), ("N 192 (H-19)//8 ~", "N 320 (H-43)//32 ~")),
    "InceptionV3Aux": Golden(_both("H >= 299"), (299, 299), ("N 1000", "N 1000"), ("N 768 (H-251)//48 ~", "N 320 (H-43)//32 ~")),
    "UNet": Golden(_both("H % 16 == 0"), (16, 16), ("N 1 H ~",), ("N 1024 H/16 ~", "N 64 H ~")),
    "PadUNet": Golden(_both("H >= 16"), (16, 16), ("N 2 H ~",), ("N 1024 H//16 ~", "N 64 2*(H//2) ~")),
    "ValidUNet": Golden(
        _both("H >= 188"), (188, 188), ("N 2 16*((H+4)//16)-188 ~",), ("N 1024 (H-124)//16 ~", "N 64 16*((H+4)//16)-184 ~")),
    "UncroppedUNet": Golden("no size", (), (), ("N 1024 (H-124)//16 ~",)),
    "PSPNet": Golden(_ANY, (1, 1), ("N 21 H ~",), ("N 512 (H+7)//8 ~", "N 512 (H+7)//8 ~")),
    "FPN": Golden(
        _ANY, (1, 1), ("N 256 (H+3)//4 ~", "N 256 (H+7)//8 ~", "N 256 (H+15)//16 ~", "N 256 (H+31)//32 ~", "N 256 (H+63)//64 ~"),
        ("N 2048 (H+31)//32 ~", "N 256 (H+3)//4 ~")),
    "DoublingFPN": Golden(
        _both(f"H % 32 in {_THREE}"), (29, 29),
        ("N 256 (H+3)//4 ~", "N 256 (H+7)//8 ~", "N 256 (H+15)//16 ~", "N 256 (H+31)//32 ~", "N 256 (H+63)//64 ~"),
        ("N 2048 (H+31)//32 ~", "N 256 (H+3)//4 ~")),
    "HRNetStage": Golden(
        _both(f"H % 32 in {_THREE}"), (29, 29), ("N 32 (H+3)//4 ~", "N 64 (H+7)//8 ~", "N 128 (H+15)//16 ~", "N 256 (H+31)//32 ~"),
        ("N 32 (H+3)//4 ~", "N 256 (H+31)//32 ~")),
    "Focus": Golden(_both("H % 2 == 0"), (2, 2), ("N 64 H/2 ~",), ("N 64 H/2 ~",)),
    "Reconstruction": Golden(_both("H % 8 == 0"), (8, 8), ("N 3 H ~", ""), ("N 128 H/8 ~", "N 3 H ~")),
    "TightReconstruction": Golden(_both("H % 8 == 1"), (1, 1), ("N 3 H ~", ""), ("N 128 H//8+1 ~", "N 3 H ~")),
    "SpeechCodec": Golden("L % 320 == 0", (320,), ("N 1 L", ""), ("N 512 L/320", "N 1 L")),
    "TernaryCodec": Golden("L % 59049 == 0", (59049,), ("N 1 L", ""), ("N 256 L/59049", "N 1 L")),
}
NAMES = sorted(NETWORKS)


# --- what show says -------------------------------------------------------------------------------------------


@cache
def shown(name: str) -> dict[str, Any]:
    """The object that ``shapelint show`` prints for a network on symbolic sizes."""
    network, out = NETWORKS[name], io.StringIO()
    with contextlib.redirect_stdout(out):
        main(["show", f"{network.path}:{name}", "--input", network.spec, "--output-format", "json"])
    (model,) = json.loads(out.getvalue())
    assert isinstance(model, dict)
    return model


def layers(name: str) -> dict[str, list[Any]]:
    """The first output of each layer; of a layer that is called several times, in its last call."""
    return {layer["path"]: layer["outputs"][0] for layer in shown(name)["layers"]}


def outputs(name: str) -> list[list[Any]]:
    """The shapes of all tensors in the result, without nesting."""
    return list(_flat(shown(name)["output"])) if shown(name)["output"] else []


def _flat(value: list[Any]) -> Iterator[list[Any]]:
    if any(isinstance(item, list) for item in value):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def variable(name: str, axis: str) -> dict[str, Any]:
    return next(found for found in shown(name)["contract"]["variables"] if found["variable"] == axis)


def belongs(sizes: Mapping[str, Any], size: int) -> bool:
    """Whether a set of sizes, as in JSON, holds a size."""
    minimum = sizes["minimum"]
    return minimum is not None and size >= minimum and (size % sizes["period"] in sizes["residues"]) != (size in sizes["exceptions"])


def in_boxes(boxes: list[dict[str, Any]], at: Sizes) -> bool:
    return any(all(belongs(sizes, at[axis]) for axis, sizes in box.items()) for box in boxes)


def promised(name: str, at: Sizes) -> bool:
    """Whether the contract holds for these sizes."""
    contract = shown(name)["contract"]
    if contract["boxes"]:
        return in_boxes(contract["boxes"], at)
    return all(belongs(found, at[found["variable"]]) for found in contract["variables"])


def value(text: int | str, at: Sizes) -> int:
    """A size of JSON as a number: an int, or a text in Python's notation, where every ``/`` must come out even."""
    if isinstance(text, int):
        return text
    return _value(ast.parse(text, mode="eval").body, at)


def _value(node: ast.expr, at: Sizes) -> int:
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.Name(id=name):
            return at[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, at)
        case ast.BinOp(left=left, op=op, right=right):
            return _combined(op, _value(left, at), _value(right, at))
        case ast.Call(func=ast.Name(id="max" | "min" as function), args=args):
            return (max if function == "max" else min)(_value(arg, at) for arg in args)
    raise AssertionError(f"not a size: {ast.unparse(node)}")


def _combined(op: ast.operator, left: int, right: int) -> int:
    match op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.FloorDiv():
            return left // right
        case ast.Mod():
            return left % right
        case ast.Div():
            assert left % right == 0, f"{left}/{right} leaves a rest"
            return left // right
    raise AssertionError(f"not an operation on sizes: {ast.dump(op)}")


def passes(finding: Mapping[str, Any], at: Sizes) -> bool:
    """Whether sizes satisfy what one operation asks for."""
    left, right = value(finding["left"], at), value(finding["right"], at)
    match finding["relation"]:
        case "==":
            return left == right
        case ">=":
            return left >= right
        case "broadcasts with":
            return left == right or 1 in (left, right)
    raise AssertionError(f"a relation without a meaning here: {finding['relation']}")


def named(network: Network, point: Point) -> Sizes:
    return {"N": 1, **dict(zip(network.variables, point, strict=True))}


def is_on_line(network: Network, point: Point) -> bool:
    """Whether only the first axis may be at fault."""
    return len(point) == 1 or point[1] == network.other


# --- against the table ----------------------------------------------------------------------------------------


def spelled(text: str) -> str:
    """A shape of the table as JSON has it, without the blanks inside of sizes."""
    sizes = text.split()
    return " ".join(sizes[i - 1].replace("H", "W") if size == "~" else size for i, size in enumerate(sizes))


def compact(shape: list[Any]) -> str:
    return " ".join(str(size).replace(" ", "") for size in shape)


def test_the_table_names_every_network() -> None:
    assert sorted(GOLDEN) == NAMES
    assert len(NAMES) >= 20


@pytest.mark.parametrize("name", NAMES)
def test_contract_is_the_known_one(name: str) -> None:
    contract = shown(name)["contract"]
    smallest = dict(zip(NETWORKS[name].variables, GOLDEN[name].smallest, strict=False)) or None
    assert contract["text"] == GOLDEN[name].contract
    assert contract["complete"]  # that no size is accepted needs no completeness
    # Where every size is accepted, nothing need be said of the smallest.
    assert contract["smallest"] == smallest or (contract["text"] == _ANY and not contract["smallest"])
    assert shown(name)["status"] == ("ok" if smallest else "error")


@pytest.mark.parametrize("name", NAMES)
def test_closed_forms_are_the_known_ones(name: str) -> None:
    known, found = GOLDEN[name], layers(name)
    assert [compact(shape) for shape in outputs(name)] == [spelled(text) for text in known.outputs]
    assert {tap: compact(found[tap]) for tap in NETWORKS[name].taps} == dict(zip(NETWORKS[name].taps, map(spelled, known.taps), strict=True))


@pytest.mark.parametrize("name", [name for name in NAMES if "W" in NETWORKS[name].variables])
def test_height_and_width_are_treated_alike(name: str) -> None:
    """Torch was asked about heights only."""
    height, width = variable(name, "H"), variable(name, "W")
    for key in ("period", "residues", "minimum", "exceptions"):
        assert height[key] == width[key]
    assert [item["line"] for item in height["blame"]] == [item["line"] for item in width["blame"]]


# --- against torch --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_contract_holds_exactly_where_torch_accepts(name: str) -> None:
    network, good = NETWORKS[name], accepted(name)
    differing = [point for point in known_answers(name) if promised(name, named(network, point)) != (point in good)]
    assert not differing


@pytest.mark.parametrize("name", NAMES)
def test_sizes_that_pass_only_by_broadcasting_are_told_apart(name: str) -> None:
    network, boxes = NETWORKS[name], shown(name)["contract"]["broadcasts"]
    told = {point for point in known_answers(name) if in_boxes(boxes, named(network, point))}
    assert told == {point for point, answer in known_answers(name).items() if answer.broadcast}


@pytest.mark.parametrize("name", NAMES)
def test_formulas_give_the_shapes_of_torch(name: str) -> None:
    network, found = NETWORKS[name], layers(name)
    shapes = [*outputs(name), *(found[tap] for tap in network.taps)]
    for point in accepted(name):
        answer = known_answers(name)[point]
        at = named(network, point)
        assert [tuple(value(size, at) for size in shape) for shape in shapes] == [*answer.outputs, *answer.taps], f"at {at}"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_blamed_first_is_where_torch_raises(name: str) -> None:
    network = NETWORKS[name]
    if not accepted(name):
        # Nothing is to be blamed but the one operation that no size passes.
        places = {f"{network.path.name}:{found['line']}" for found in shown(name)["diagnostics"]}
        assert len(places) == 1 and places <= {answer.raised for answer in known_answers(name).values()}
        return
    blame = variable(name, network.variables[0])["blame"]
    for point, answer in known_answers(name).items():
        at = named(network, point)
        if answer.accepted or not is_on_line(network, point):
            continue
        first = next((item for item in blame if not passes(item, at)), None)
        assert first is not None, f"nothing is blamed at {at}"
        assert blamed_place(first) == answer.raised, f"at {at}: {first}"


@pytest.mark.parametrize("name", ["LeNet5", "VGG16"])
def test_what_is_blamed_for_coupled_axes_is_where_torch_raises(name: str) -> None:
    network = NETWORKS[name]
    blame = [item for axis in network.variables for item in variable(name, axis)["blame"]]
    for point in network.extra:
        answer = known_answers(name)[point]
        at = named(network, point)
        failing = {blamed_place(item) for item in blame if not passes(item, at)}
        assert answer.accepted == (not failing), f"at {at}"
        assert answer.accepted or answer.raised in failing, f"at {at}"


def blamed_place(finding: Mapping[str, Any]) -> str:
    return f"{finding['file'].replace(chr(92), '/').rpartition('/')[2]}:{finding['line']}"


# --- torch itself ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_torch_still_answers_as_recorded(name: str) -> None:
    """A few sizes, always the same: those around the first change of the answer, and some at random."""
    pytest.importorskip("torch")
    network, answers = NETWORKS[name], known_answers(name)
    points = {*turns(network, answers)[:2], *random.Random(name).sample(sorted(answers), LIVE_SIZES)}
    model = build(network, network.device)
    assert {point: ask(network, model, point) for point in points} == {point: answers[point] for point in points}


def test_the_record_is_complete() -> None:
    for name, network in NETWORKS.items():
        assert list(known_answers(name)) == network.points(), f"run python -m tests.network_oracle {name}"


def test_lines_of_the_record_still_raise() -> None:
    """A line of a program that was recorded as raising holds a call or a sum: the record is not older than the program."""
    for name, network in NETWORKS.items():
        for raised in {answer.raised for answer in known_answers(name).values() if answer.raised}:
            file, _, line = raised.partition(":")
            text = (network.path.parent / file).read_text("utf-8").splitlines()[int(line) - 1]
            assert "(" in text or "+" in text, f"{raised}: run python -m tests.network_oracle {name}"


def test_every_program_runs_and_its_marked_shapes_are_right() -> None:
    torch = pytest.importorskip("torch")
    from .test_fixtures_torch import raise_complaints, run_fixture, shape_complaints

    with torch.device("meta"):
        trace = run_fixture(FIXTURES / "networks")
    assert shape_complaints(trace) + raise_complaints(trace) == []


# --- the tools of this file -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "height", "number"), [
    ("H/16", 32, 2), ("(H + 31)//32", 33, 2), ("16*((H + 4)//16) - 188", 572, 388), ("max(H - 3, 0)", 2, 0), ("-(-H//2)", 3, 2), (7, 1, 7),
])
def test_sizes_in_text_are_evaluated(text: int | str, height: int, number: int) -> None:
    assert value(text, {"H": height}) == number


def test_a_division_that_leaves_a_rest_is_noticed() -> None:
    with pytest.raises(AssertionError, match="leaves a rest"):
        value("H/16", {"H": 33})


def test_sets_of_sizes_are_read_as_the_json_means_them() -> None:
    sizes = {"period": 16, "residues": [0], "minimum": 16, "exceptions": []}
    assert [size for size in range(1, 50) if belongs(sizes, size)] == [16, 32, 48]
    assert [size for size in range(1, 50) if belongs({**sizes, "exceptions": [17, 32]}, size)] == [16, 17, 48]
    assert not belongs({"period": 1, "residues": [], "minimum": None, "exceptions": []}, 5)


def _spoil(model: dict[str, Any], what: str) -> None:
    height = next(found for found in model["contract"]["variables"] if found["variable"] == "H")
    match what:
        case "period":
            height.update(period=32, minimum=32)
        case "output":
            model["output"][2] = "16*(H//16 + 1)"
        case "order":
            height["blame"].reverse()
        case "line":
            height["blame"][-1]["line"] += 1


@pytest.mark.parametrize(("what", "test"), [
    ("period", test_the_contract_holds_exactly_where_torch_accepts), ("output", test_formulas_give_the_shapes_of_torch),
    ("order", test_what_is_blamed_first_is_where_torch_raises), ("line", test_what_is_blamed_first_is_where_torch_raises),
])
def test_what_is_not_so_in_torch_is_noticed(monkeypatch: pytest.MonkeyPatch, what: str, test: Callable[[str], None]) -> None:
    spoilt = copy.deepcopy(shown("UNet"))
    _spoil(spoilt, what)
    monkeypatch.setattr(f"{__name__}.shown", lambda name: spoilt)
    with pytest.raises(AssertionError):
        test("UNet")


def test_an_answer_tells_refusal_from_acceptance() -> None:
    assert Answer(None).accepted and not Answer("unet.py:47").accepted
