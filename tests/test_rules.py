"""Rules: the registry is complete, the documented examples tell the truth, and the words are right for hand-made events."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from shapelint.check import check_paths
from shapelint.config import Config
from shapelint.diagnostics import Applicability, Diagnostic, Severity
from shapelint.dims import sym
from shapelint.interp.events import Application, Applied, Declared, Event, InputSource, Misnamed, Refused
from shapelint.interp.values import CallSite, External, Instance, Place, Tensor, Trace
from shapelint.ops import lookup
from shapelint.ops.kinds import T
from shapelint.ops.problems import Problem, ShapeError
from shapelint.rules import Judge, Rule, Settings, by_code, matching, rules
from shapelint.shapes import Shape
from shapelint.source import SourceFile
from shapelint.source.files import parse_text

MARKER = re.compile(r'# error: (?:(?P<column>\d+) )?(?P<code>SHP\d{3})(?: "(?P<text>[^"]*)")?\s*$')
RULES = {rule.code: rule for rule in rules()}
ALL = frozenset(RULES)
UNSHOWN = {"SHP005", "SHP007"}


# --- the registry -------------------------------------------------------------------------------------------------


def test_every_problem_is_worded_by_exactly_one_rule() -> None:
    worded = [problem for rule in RULES.values() for problem in rule.problems]
    assert sorted(worded, key=lambda problem: problem.value) == sorted(Problem, key=lambda problem: problem.value)


def test_names_are_unique_slugs() -> None:
    names = [rule.name for rule in RULES.values()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


@pytest.mark.parametrize("code", sorted(ALL))
def test_a_rule_is_documented_with_one_paragraph_and_two_examples(code: str) -> None:
    rule = RULES[code]
    assert re.fullmatch(r"SHP\d{3}", code)
    assert len(rule.documentation()) > 100 and "\n\n" not in rule.documentation()
    assert bool(rule.bad) == bool(rule.good) == (code not in UNSHOWN), "a defect of our own, and what only `show` says, have no example"


def test_severities_follow_the_codes() -> None:
    warnings = {code for code, rule in RULES.items() if rule.severity is Severity.WARNING}
    notes = {code for code, rule in RULES.items() if rule.severity is Severity.NOTE}
    assert notes == {"SHP207"}
    assert warnings == {code for code in ALL if code >= "SHP2"} - notes | {"SHP006", "SHP120"}


def test_selectors_are_codes_prefixes_and_names() -> None:
    assert matching("SHP103") == matching("feature-mismatch") == {"SHP103"}
    assert matching("SHP3") == {"SHP301", "SHP302"}
    assert matching("ALL") == ALL
    assert matching("SHP9") == frozenset()


# --- the documented examples --------------------------------------------------------------------------------------


def _config(rule: type[Rule]) -> Config:
    asked = re.search(r"# with min-feature-map = (\d+)", rule.bad)  # the example's own first line
    return Config({"extend-select": (rule.code,), "min-feature-map": int(asked[1]) if asked else 0})


def _findings(rule: type[Rule], text: str, folder: Path) -> list[Diagnostic]:
    path = folder / rule.example
    path.write_text(text, encoding="utf-8")
    return check_paths([str(path)], _config(rule)).diagnostics


@pytest.mark.parametrize("code", sorted(ALL - UNSHOWN))
def test_the_bad_example_is_reported_on_its_marked_lines(code: str, tmp_path: Path) -> None:
    rule = RULES[code]
    found = [(diagnostic.span.line, diagnostic.code, diagnostic.message) for diagnostic in _findings(rule, rule.bad, tmp_path)]
    marked = [(number, MARKER.search(line)) for number, line in enumerate(rule.bad.splitlines(), 1)]
    wanted = [(number, marker["code"], marker["text"] or "") for number, marker in marked if marker]
    if code == "SHP003":  # JSON has no comments
        assert [each[1] for each in found] == ["SHP003"]
        return
    assert wanted and [each[:2] for each in found] == [each[:2] for each in wanted]
    assert all(text in message for (_, _, text), (_, _, message) in zip(wanted, found, strict=True)), found


@pytest.mark.parametrize("code", sorted(ALL - UNSHOWN))
def test_the_good_example_is_silent(code: str, tmp_path: Path) -> None:
    rule = RULES[code]
    assert [(found.code, found.message) for found in _findings(rule, rule.good, tmp_path)] == []


@pytest.mark.parametrize("code", sorted(code for code in ALL if code >= "SHP1"))
def test_torch_agrees_with_the_examples(code: str) -> None:
    pytest.importorskip("torch")
    rule = RULES[code]
    if "jaxtyping" in rule.bad:
        pytest.importorskip("jaxtyping")
    _run(rule.good)
    if code < "SHP2":
        with pytest.raises((RuntimeError, ValueError, TypeError, IndexError, AttributeError)):
            _run(rule.bad)
    else:
        _run(rule.bad)


@pytest.mark.filterwarnings("ignore")
def _run(text: str) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(text, "example", "exec"), {"__name__": "__main__"})


# --- hand-made events -----------------------------------------------------------------------------------------------

NET = """\
class Net(nn.Module):
    def __init__(self):
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(16 * 5 * 5, 120)
        self.fc3 = nn.Linear(n * 5, 120)

    def forward(self, x):
        x = self.fc1(x)
        x = a + b
        x = x.view(-1, 400)
        x = nn.MaxPooling2d(x)


net(torch.randn(4, 3, 32, 32))
"""


class Build:
    """Events about places of ``NET``."""

    def __init__(self) -> None:
        source = parse_text("net.py", NET)
        assert isinstance(source, SourceFile)
        self.source = source

    def place(self, text: str) -> Place:
        nodes = (node for node in ast.walk(self.source.tree) if isinstance(node, ast.expr))
        return Place(self.source, next(node for node in nodes if ast.get_source_segment(NET, node) == text))

    def layer(self, kind: str, written: str, *args: Any, **kwargs: Any) -> Instance:
        """A layer whose constructor call is ``written``, with the places of its positional arguments."""
        op = lookup(f"torch.nn.{kind}")
        assert op is not None
        place = self.place(written)
        assert isinstance(place.node, ast.Call)
        names = [param.name for param in op.params]
        given = {name: Place(self.source, arg) for name, arg in zip(names, place.node.args, strict=False)}
        made = Instance(External(op.name), CallSite(place, given))
        made.hidden["layer"] = op.construct(args, kwargs)
        return made

    def application(
        self, name: str, call: str, layer: Instance | None = None, op: str = "", args: dict[str, str] | None = None, certain: bool = True,
        source: bool = True, values: dict[str, Any] | None = None, tensors: dict[str, Tensor] | None = None, input: Tensor | None = None,
    ) -> Application:
        operator = layer.layer.op if layer is not None and layer.layer is not None else lookup(op)
        assert operator is not None
        site = CallSite(self.place(call), {key: self.place(text) for key, text in (args or {}).items()})
        origin = InputSource(((4, 3, 32, 32),), "call", self.place("net(torch.randn(4, 3, 32, 32))"))
        given = tensors or ({} if input is None else {"input": input})
        return Application(operator, name, site, layer, given, values or {}, (), origin if source else None, certain)

    def trace(self, *steps: tuple[str, str, Shape, Shape]) -> Trace | None:
        trace: Trace | None = None
        for name, op, before, after in steps:
            trace = Trace(name, op, before, after, self.place("self.fc1(x)"), trace)
        return trace


@pytest.fixture
def build() -> Build:
    return Build()


def judged(event: Event, **settings: Any) -> list[Diagnostic]:
    return list(Judge(Settings(**settings), ALL).judge(event))


def applied(application: Application, result: Any) -> Applied:
    return Applied(application.op, application.layer, lambda: application, result, None)


def only(event: Event, **settings: int) -> Diagnostic:
    found, = judged(event, **settings)
    return found


LENET = (
    ("conv1", "Conv2d", (4, 3, 32, 32), (4, 6, 28, 28)), ("torch.relu", "relu", (4, 6, 28, 28), (4, 6, 28, 28)),
    ("pool", "MaxPool2d", (4, 6, 28, 28), (4, 6, 14, 14)), ("conv2", "Conv2d", (4, 6, 14, 14), (4, 16, 12, 12)),
    ("pool", "MaxPool2d", (4, 16, 12, 12), (4, 16, 6, 6)), ("torch.flatten", "flatten", (4, 16, 6, 6), (4, 576)),
)


def features(expected: int, received: int) -> ShapeError:
    message = f"expects {expected} features but receives {received}"
    return ShapeError(Problem.FEATURES, message, param="in_features", expected=expected, received=received, axis=-1)


def test_a_feature_mismatch_names_layer_numbers_factors_chain_input_and_edit(build: Build) -> None:
    layer = build.layer("Linear", "nn.Linear(400, 120)", 400, 120)
    given = Tensor((4, 576), "float", build.trace(*LENET))
    found = only(Refused(build.application("fc1", "self.fc1(x)", layer, input=given), features(400, 576)))
    assert found.message == "fc1 expects 400 features but receives 576 = 16*6*6"
    assert build.source.segment(found.span) == "400" and found.label == "expects 400"
    assert [(build.source.segment(label.span), label.text) for label in found.labels] == [("self.fc1(x)", "receives (4, 576)")]
    assert found.notes == (
        "sizes: 32 -conv1-> 28 -pool-> 14 -conv2-> 12 -pool-> 6", "input: (4, 3, 32, 32) from net.py:15  net(torch.randn(4, 3, 32, 32))",
    )
    assert found.fix is not None and found.fix.applicability is Applicability.UNSAFE
    assert [(edit.span, edit.replacement) for edit in found.fix.edits] == [(found.span, "576")]


def test_a_product_of_literals_is_mended_as_a_product(build: Build) -> None:
    layer = build.layer("Linear", "nn.Linear(16 * 5 * 5, 120)", 400, 120)
    given = Tensor((4, 576), "float", build.trace(*LENET))
    found = only(Refused(build.application("fc2", "self.fc1(x)", layer, input=given), features(400, 576)))
    assert found.fix is not None and found.fix.edits[0].replacement == "16 * 6 * 6"


def test_an_argument_that_is_not_a_literal_gets_no_fix(build: Build) -> None:
    layer = build.layer("Linear", "nn.Linear(n * 5, 120)", 400, 120)
    found = only(Refused(build.application("fc3", "self.fc1(x)", layer, input=Tensor((4, 576))), features(400, 576)))
    assert found.fix is None and build.source.segment(found.span) == "n * 5"


def test_a_symbolic_size_gets_no_fix(build: Build) -> None:
    layer = build.layer("Linear", "nn.Linear(400, 120)", 400, 120)
    size = 16 * sym("H") + 401
    error = ShapeError(Problem.FEATURES, f"expects 400 features but receives {size}", param="in_features", expected=400, received=size, axis=-1)
    assert only(Refused(build.application("fc1", "self.fc1(x)", layer, input=Tensor((4, size))), error)).fix is None


def test_a_linear_layer_on_a_map_is_told_to_flatten(build: Build) -> None:
    layer = build.layer("Linear", "nn.Linear(400, 120)", 400, 120)
    found = only(Refused(build.application("fc1", "self.fc1(x)", layer, input=Tensor((4, 16, 5, 5))), features(400, 5)))
    assert found.message == "fc1 expects 400 features but receives 5; flattened it would have 400 = 16*5*5"


def test_images_with_channels_last_are_recognised(build: Build) -> None:
    layer = build.layer("Conv2d", "nn.Conv2d(3, 6, 5)", 3, 6, 5)
    error = ShapeError(
        Problem.CHANNELS, "expects 3 channels but receives 224", param="in_channels", expected=3, received=224, axis=-3,
    )
    found = only(Refused(build.application("conv1", "self.fc1(x)", layer, input=Tensor((4, 224, 224, 3))), error))
    assert found.message == "conv1 expects 3 channels but receives 224; the last axis has 3: channels come before the spatial axes"


def test_nothing_is_said_about_a_path_that_may_never_run(build: Build) -> None:
    layer = build.layer("Linear", "nn.Linear(400, 120)", 400, 120)
    assert judged(Refused(build.application("fc1", "self.fc1(x)", layer, certain=False, input=Tensor((4, 576))), features(400, 576))) == []


def test_what_follows_an_empty_map_is_not_reported_again(build: Build) -> None:
    layer = build.layer("Linear", "nn.Linear(400, 120)", 400, 120)
    trace = build.trace(("conv", "Conv2d", (4, 3, 2, 2), (4, 16, 0, 0)), ("torch.flatten", "flatten", (4, 16, 0, 0), (4, 0)))
    assert judged(Refused(build.application("fc1", "self.fc1(x)", layer, input=Tensor((4, 0), "float", trace)), features(400, 0))) == []


def test_the_operator_s_own_subject_is_replaced_by_the_layer_s_name(build: Build) -> None:
    layer = build.layer("Conv2d", "nn.Conv2d(3, 6, 5)", 3, 6, 5)
    error = ShapeError(Problem.RANK, "Conv2d expects 4 axes (or 3 without a batch) but receives 2: (4, 9)", expected=4, received=2)
    found = only(Refused(build.application("stem.0", "self.fc1(x)", layer, input=Tensor((4, 9))), error))
    assert found.message == "stem.0 (Conv2d) expects 4 axes (or 3 without a batch) but receives 2: (4, 9)"
    assert build.source.segment(found.span) == "self.fc1(x)"


def test_an_operator_sign_is_no_subject(build: Build) -> None:
    error = ShapeError(Problem.BROADCAST, "operands (4, 3) and (4, 2) do not broadcast: axis -1 is 3 and 2", arg="other")
    tensors = {"input": Tensor((4, 3)), "other": Tensor((4, 2))}
    found = only(Refused(build.application("+", "a + b", op="torch.add", tensors=tensors), error))
    assert found.message == "operands (4, 3) and (4, 2) do not broadcast: axis -1 is 3 and 2"
    assert build.source.segment(found.span) == "a + b"
    assert [(build.source.segment(label.span), label.text) for label in found.labels] == [("a", "is (4, 3)"), ("b", "is (4, 2)")]


def test_a_tensor_argument_written_elsewhere_is_not_blamed(build: Build) -> None:
    error = ShapeError(Problem.AXIS, "dim=2 is out of range for 2 axes (-2 to 1)", arg="input")
    application = build.application("+", "a + b", op="torch.add", args={"input": "net(torch.randn(4, 3, 32, 32))"}, input=Tensor((4, 3)))
    assert build.source.segment(only(Refused(application, error)).span) == "a + b"


def test_a_misspelt_layer_is_proposed_with_its_edit(build: Build) -> None:
    found = only(Misnamed("torch.nn.MaxPooling2d", ("torch.nn.MaxPool2d", "torch.nn.MaxPool1d"), build.place("nn.MaxPooling2d"), True))
    assert found.message == "torch.nn has no MaxPooling2d; did you mean MaxPool2d or MaxPool1d?"
    assert found.fix is not None and found.fix.edits[0].replacement == "nn.MaxPool2d"


def convolved(build: Build, before: Shape, certain: bool = True, **settings: Any) -> Applied:
    """A convolution or pooling applied with torch's own formula."""
    kind = settings.pop("kind", "Conv2d")
    args = (3, 6) if kind.startswith("Conv") else ()
    layer = build.layer(kind, "nn.Conv2d(3, 6, 5)", *args, **settings)
    assert layer.layer is not None
    result = layer.layer.op.apply(layer.layer, [T.of(before)], {})
    return applied(build.application("conv1", "self.fc1(x)", layer, certain=certain, input=Tensor(before)), result)


def test_a_kernel_larger_than_the_padded_map_is_an_error(build: Build) -> None:
    found = only(convolved(build, (4, 3, 1, 9), kernel_size=5, padding=1))
    assert (found.code, found.severity) == ("SHP114", Severity.ERROR)
    assert found.message == "conv1: kernel 5 is larger than the padded input 3"
    assert build.source.segment(found.span) == "5" and found.label == "spans 5"


def test_a_dilated_kernel_is_explained(build: Build) -> None:
    found = only(convolved(build, (4, 3, 4, 4), kernel_size=3, dilation=2))
    assert found.message == "conv1: kernel 3 with dilation 2 spans 5, which is larger than the input 4"


def test_an_empty_map_on_an_uncertain_path_is_silent(build: Build) -> None:
    assert judged(convolved(build, (4, 3, 1, 1), certain=False, kernel_size=5)) == []


def test_a_transposed_convolution_of_size_zero_is_a_warning(build: Build) -> None:
    found = only(convolved(build, (4, 3, 1, 1), kind="ConvTranspose2d", kernel_size=2, padding=1))
    assert (found.code, found.severity) == ("SHP114", Severity.WARNING)


@pytest.mark.parametrize(("size", "kernel", "padding", "reported"), [
    (1, 3, 1, True), (2, 3, 1, False), (1, 1, 0, False), (2, 7, 3, True), (4, 7, 3, False),
])
def test_a_kernel_that_mostly_sees_padding_is_a_warning(build: Build, size: int, kernel: int, padding: int, reported: bool) -> None:
    found = judged(convolved(build, (4, 3, size, size), kernel_size=kernel, padding=padding))
    assert [each.code for each in found] == (["SHP202"] if reported else [])


def test_a_flat_map_with_one_long_side_is_no_finding(build: Build) -> None:
    assert judged(convolved(build, (4, 3, 1, 80), kernel_size=3, padding=1)) == []


def test_dilated_kernels_and_reflected_borders_are_no_finding(build: Build) -> None:
    assert judged(convolved(build, (4, 3, 2, 2), kernel_size=3, padding=6, dilation=6)) == []
    assert judged(convolved(build, (4, 3, 1, 1), kernel_size=3, padding=1, padding_mode="replicate")) == []


def test_a_map_below_the_minimum_is_reported_where_it_falls_below(build: Build) -> None:
    assert [found.code for found in judged(convolved(build, (4, 3, 8, 8), kernel_size=3, stride=2), min_feature_map=4)] == ["SHP201", "SHP203"]
    assert [found.code for found in judged(convolved(build, (4, 3, 3, 3), kernel_size=3, padding=1), min_feature_map=4)] == []
    assert judged(convolved(build, (4, 3, 8, 8), kernel_size=8), min_feature_map=4) == []


@pytest.mark.parametrize(("size", "padding", "lost"), [(8, 0, 1), (9, 0, 0), (8, 1, 0), (7, 1, 0)])
def test_dropped_rows_count_only_rows_of_the_map(build: Build, size: int, padding: int, lost: int) -> None:
    found = judged(convolved(build, (4, 3, size, size), kernel_size=3, stride=2, padding=padding))
    assert [each.code for each in found] == ["SHP203"] * bool(lost)


def test_symbolic_maps_are_never_degenerate(build: Build) -> None:
    assert judged(convolved(build, (4, 3, sym("H"), sym("W")), kernel_size=3, padding=1, stride=2), min_feature_map=9) == []


def binary(build: Build, left: Shape, right: Shape, result: Shape, *steps: tuple[str, str, Shape, Shape]) -> Applied:
    tensors = {"input": Tensor(left, "float", build.trace(*steps)), "other": Tensor(right)}
    return applied(build.application("-", "a + b", op="torch.sub", tensors=tensors), result)


def test_a_network_s_column_minus_a_vector_is_reported(build: Build) -> None:
    head = ("fc", "Linear", (16, 8), (16, 1))
    assert [found.code for found in judged(binary(build, (16, 1), (16,), (16, 16), head))] == ["SHP204"]
    activated = ("torch.sigmoid", "sigmoid", (16, 1), (16, 1))
    assert [found.code for found in judged(binary(build, (16, 1), (16,), (16, 16), head, activated))] == ["SHP204"]


@pytest.mark.parametrize(("left", "right", "step"), [
    ((16, 1), (16,), ("unsqueeze", "unsqueeze", (16,), (16, 1))),  # asked for
    ((16, 1), (8,), ("fc", "Linear", (16, 8), (16, 1))),           # a table of sums
    ((16, 1), (1, 16), ("fc", "Linear", (16, 8), (16, 1))),        # all pairs, spelt out
    ((2, 8, 1, 1), (2, 8, 7, 7), ("pool", "AdaptiveAvgPool2d", (2, 8, 7, 7), (2, 8, 1, 1))),  # squeeze and excite
    ((2, 8, 7, 7), (8, 1, 1), ("conv", "Conv2d", (2, 3, 7, 7), (2, 8, 7, 7))),  # a bias
])
def test_broadcasts_that_people_mean_are_silent(build: Build, left: Shape, right: Shape, step: tuple[str, str, Shape, Shape]) -> None:
    assert judged(binary(build, left, right, (1,), step)) == []


def viewed(build: Build, before: Shape, sizes: tuple[int, ...], after: Shape, flat: bool = False) -> Applied:
    values: dict[str, Any] = {"input": None, "shape": sizes[0] if flat else sizes}
    return applied(build.application("view", "x.view(-1, 400)", op="torch.Tensor.view", values=values, input=Tensor(before)), after)


def test_rows_that_are_not_samples_are_reported(build: Build) -> None:
    found = only(viewed(build, (4, 16, 10, 10), (-1, 400), (16, 400)))
    assert found.code == "SHP205"
    assert found.message == "(4, 16, 10, 10) becomes 16 rows of 400, but the batch has 4 samples of 1600 = 16*10*10"
    assert [each.code for each in judged(viewed(build, (4, 16, 10, 10), (-1, 400), (16, 400), flat=True))] == ["SHP205"]


@pytest.mark.parametrize(("before", "sizes", "after"), [
    ((4, 16, 5, 5), (-1, 400), (4, 400)),        # one row a sample
    ((4, 10, 64), (-1, 64), (40, 64)),           # tokens
    ((4, 10, 64), (-1, 8), (320, 8)),            # heads of a token
    ((4, 7, 7, 32), (-1, 7 * 32), (28, 224)),    # rows of a channels-last map
    ((4, 16, 10, 10), (16, 400), (16, 400)),     # the author wrote the number of rows
    ((4, 400), (-1, 100), (16, 100)),            # nothing but a regrouping of features
])
def test_views_along_the_tensor_s_axes_are_silent(build: Build, before: Shape, sizes: tuple[int, ...], after: Shape) -> None:
    assert judged(viewed(build, before, sizes, after)) == []


def test_a_comment_is_compared_axis_by_axis(build: Build) -> None:
    span = build.place("a + b").span
    stale = only(Declared((4, 8, 32, 32), (4, 8, 32, 32), (4, 8, 30, 30), "comment", span, "(4, 8, 32, 32)", True))
    assert (stale.code, stale.message) == ("SHP301", "the comment says (4, 8, 32, 32), but the shape is (4, 8, 30, 30) (axis 2: 32 against 30)")
    assert judged(Declared((sym("N"), 8), (sym("N"), 8), (4, 8), "comment", span, "N 8", True)) == []
    assert only(Declared((4, 8), (4, 8), (4, 8, 1), "annotation", span, "4 8", True)).code == "SHP302"


def test_long_chains_are_cut_in_the_middle(build: Build) -> None:
    steps = [(f"conv{i}", "Conv2d", (1, 3, 100 - 2 * i, 50), (1, 3, 98 - 2 * i, 50)) for i in range(12)]
    from shapelint.rules.wording import sizes_chain

    text = sizes_chain(Tensor((1, 3, 76, 50), "float", build.trace(*steps)))
    assert text == (
        "100x50 -conv0-> 98x50 -conv1-> 96x50 -conv2-> 94x50 -conv3-> 92x50 ... 84x50 -conv8-> 82x50 -conv9-> 80x50 -conv10-> 78x50 -conv11-> 76x50"
    )


def test_rules_are_found_by_code() -> None:
    assert by_code("SHP103").name == "feature-mismatch"
    with pytest.raises(KeyError):
        by_code("SHP999")


def test_a_member_of_a_sequence_is_named_under_the_sequence_s_call(build: Build) -> None:
    layer = build.layer("Linear", "nn.Linear(400, 120)", 400, 120)
    found = only(Refused(build.application("head.2", "self.fc1(x)", layer, args={"input": "x"}, input=Tensor((4, 576))), features(400, 576)))
    assert found.labels[0].text == "receives (4, 576)"  # the call is not one of head: a loop over the members
    found = only(Refused(build.application("fc1.2", "self.fc1(x)", layer, args={"input": "x"}, input=Tensor((4, 576))), features(400, 576)))
    assert found.labels[0].text == "fc1.2 receives (4, 576)"


def test_the_whole_call_is_reported_where_operands_do_not_fit_each_other(build: Build) -> None:
    error = ShapeError(Problem.JOIN, "needs all other sizes equal", arg="tensors", param="tensors")
    tensors = {"tensors[0]": Tensor((4, 3)), "tensors[1]": Tensor((5, 3))}
    found = only(Refused(build.application("torch.cat", "x.view(-1, 400)", op="torch.cat", args={"tensors": "x"}, tensors=tensors), error))
    assert build.source.segment(found.span) == "x.view(-1, 400)"
    assert found.message == "torch.cat needs all other sizes equal: (4, 3) and (5, 3)"
