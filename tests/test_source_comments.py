"""Shape comments and input directives: what is taken, what is left alone, and where it stands."""

import sys

import pytest

from shapelint.source import SourceFile
from shapelint.source.comments import Comments, read_comments
from shapelint.source.files import parse_text
from shapelint.source.scan import ShapeComment


def source(text: str) -> SourceFile:
    found = parse_text("net.py", text)
    assert isinstance(found, SourceFile), found
    return found


def read(text: str) -> Comments:
    return read_comments(source(text))


def stated(comment: str, code: str = "x = self.conv(x)") -> tuple[str | None, str | None] | None:
    found = read(f"{code}  {comment}\n")
    assert not found.problems
    return (found.shapes[0].input, found.shapes[0].output) if found.shapes else None


@pytest.mark.parametrize(("comment", "shapes"), [
    ("# (batch, 3, 28, 28) -> (batch, 32, 26, 26)", ("batch, 3, 28, 28", "batch, 32, 26, 26")),
    ("# (batch_size, 64, 24, 24) => (batch_size, 64*24*24)", ("batch_size, 64, 24, 24", "batch_size, 64*24*24")),
    ("# inp => (batch_size, 3, 28, 28), out => (batch_size, 32, 26, 26)", ("batch_size, 3, 28, 28", "batch_size, 32, 26, 26")),
    ("# in: (N, 3) out: (N, 4)", ("N, 3", "N, 4")),
    ("# input shape (N, 3, H, W)", ("N, 3, H, W", None)),
    ("# [N, 3, H, W] --> [N, 64, H/2, W//2]", ("N, 3, H, W", "N, 64, H/2, W//2")),
    ("# (N, C, H, W) → (N, C, (H+1)//2, (W+1)//2)", ("N, C, H, W", "N, C, (H+1)//2, (W+1)//2")),
    ("# (B, T, C) -> (B, T, nh, hs) -> (B, nh, T, hs)", ("B, T, C", "B, nh, T, hs")),
    ("# (B, nh, T, hs) x (B, nh, hs, T) -> (B, nh, T, T)", (None, "B, nh, T, T")),
    ("# (B, T, C) @ (B, C, T) -> (B, T, T)", (None, "B, T, T")),
    ("# (B, T) -> (B*T,)", ("B, T", "B*T")),
    ("# shape: (N, 3) -> (N, 4)", ("N, 3", "N, 4")),
    ("# [B, 64, 8, 8]", (None, "B, 64, 8, 8")),
    ("# (B, T, C)", (None, "B, T, C")),
    ("# (N, 64)", (None, "N, 64")),
    ("# (N, D)", (None, "N, D")),
    ("# (B, max_len)", (None, "B, max_len")),
    ("# (HW, 2*dim)", (None, "HW, 2*dim")),
    ("# (1, C)", (None, "1, C")),
    ("# (B, nh, T, hs)", (None, "B, nh, T, hs")),
    ("# (..., 64)", None),
    ("# -> (..., 64)", (None, "..., 64")),
    ("# -> (N, 64)", (None, "N, 64")),
    ("# -> (32, 10)", (None, "32, 10")),
    ("# => [batch, 10] logits", (None, "batch, 10")),
    ("# x: (B, C, H, W)", (None, "B, C, H, W")),
    ("# x.shape = torch.Size([16, 64, 24, 24])", (None, "16, 64, 24, 24")),
    ("# x.size(): (16, 64, 24, 24)", (None, "16, 64, 24, 24")),
    ("# N x 3 x 32 x 32", (None, "N, 3, 32, 32")),
    ("# 16x64x24x24", (None, "16, 64, 24, 24")),
    ("# N × C × H × W", (None, "N, C, H, W")),
    ("# Nx3xHxW -> Nx64xHxW", ("N, 3, H, W", "N, 64, H, W")),
    ("# torch.Size([16, 64, 24, 24])", (None, "16, 64, 24, 24")),
    ("# torch.Size([1, 2, 3])", (None, "1, 2, 3")),
    ("# torch.Size([10])", (None, "10")),
    ("# torch.Size([])", (None, "")),
    ("# shape: (None, 28, 28, 1)", (None, "_, 28, 28, 1")),
    ("# shape: N 64 16 16", (None, "N, 64, 16, 16")),
    ("# shape is (N, 64)", (None, "N, 64")),
    ("# N 3 H W -> N 64 H W", ("N, 3, H, W", "N, 64, H, W")),
    ("# output shape: (N, 64)", (None, "N, 64")),
    ("# token embeddings of shape (b, t, n_embd)", (None, "b, t, n_embd")),
    ("# [16, 64, 24, 24]", (None, "16, 64, 24, 24")),
    ("# (16, 64, 24)", (None, "16, 64, 24")),
    ("# (B, 64, 8, 8) after the second pooling", (None, "B, 64, 8, 8")),
    ("# [B, C, H, W], as in the paper", (None, "B, C, H, W")),
    ("#: (B, 64, 8, 8).", (None, "B, 64, 8, 8")),
    ("# noqa: E501  # (N, 64, 8, 8)", (None, "N, 64, 8, 8")),
    ("# (N, 64, 8, 8)  # noqa", (None, "N, 64, 8, 8")),
])
def test_stated_shapes(comment: str, shapes: tuple[str | None, str | None] | None) -> None:
    assert stated(comment) == shapes


@pytest.mark.parametrize("comment", [
    "# (see above, or below)", "# [1, 2]", "# [1, 2, 3]", "# [0, 1, 2, 3]", "# [1, 4, 9, 16]", "# [1, 3, 2, 4]", "# (0, 2, 3, 1)",
    "# [0.5, 0.5, 0.5]",
    "# (mean, std)", "# (x, y)", "# (x, y, z)", "# (height, width)", "# (h, w)", "# (H, W)", "# (3, 3)", "# [1, N]", "# [n-1, n]", "# [N, N+1]",
    "# (channels, dim)", "# (a, b, c)", "# (1, 2, 3)", "# (i, j)",
    "# (key, value) -> (index, score)", "# (28, 28) -> (14, 14)", "# 28x28 -> 14x14", "# (H, W) -> (H/2, W/2)", "# (28, 20) -> (14, 10)",
    "# -> (14, 14)",
    "# 3x3 conv", "# 3x3x3 conv", "# 3x3x3", "# 1x1", "# 2x upsampling of (N, C)", "# kernel: (3, 3)", "# padding: (1, 2, 3)", "# note: (N, C)",
    "# weight shape: (64, 3, 3, 3)", "# kernels of shape (64, 3, 3, 3)", "# (B, C) is better than (B, T)", "# (B, C), (B, D)", "# (B, T, C) + (T, C)",
    "# f(x, N)", "# see Conv2d(3, 64)", "# [N, C] + bias", "# TODO(N, 3): fix", "# a -> b", "# see note -> next line", "# shape: same as input",
    "# x -> y -> z",
    "# return (N, C)", "# https://a.b/(N,3)", "# -> (N)", "# (N, -1)", "# 1e3 x 2 x 3 x 4", "# (2d, 3d)", "# shape", "# (,)", "# ()", "# []",
    "# -> []",
    "# the first (N, 3, H, W)", "# a x b x c", "# dim (0, 1)", "# (N, 3, H, W) = 5", "# shape: 3", "# print(x.shape)",
])
def test_prose_values_and_half_shapes_are_left_alone(comment: str) -> None:
    assert stated(comment) is None


def test_a_name_counts_only_when_it_is_in_the_code() -> None:
    assert read("q, k = f(x)  # q: (B, T, C)\n").shapes[0].name == "q"
    assert stated("# z: (B, T, C)") is None
    assert read("self.y = f(x)  # self.y: (B, T, C)\n").shapes[0].name == "self.y"


def test_only_comments_behind_code_are_taken() -> None:
    assert not read("# (N, 3, 4, 4) -> (N, 3)\nx = 1\n\n    # [B, C, H, W]\n").shapes


def test_each_line_of_a_statement_has_its_own() -> None:
    found = read("net = Sequential(\n    Conv2d(3, 8, 3),  # (N, 3, 8, 8) -> (N, 8, 6, 6)\n    ReLU(),\n    Flatten()  # -> (N, 8*6*6)\n)\n")
    assert [(shape.line, shape.input, shape.output) for shape in found.shapes] == [(2, "N, 3, 8, 8", "N, 8, 6, 6"), (4, None, "N, 8*6*6")]


def test_a_hash_in_a_string_is_no_comment() -> None:
    first = 'x = "# (N, 3, 4, 4)"; y = \'it\\\'s # (N, 3, 4)\'\n'
    found = read(first + 'z = """\n# (N, 3, 4, 4)\nx = 1 # shapelint: ignore\n\\""" # (N, 3, 4)"""  # (N, 5, 6)\n')
    assert [(shape.line, shape.output) for shape in found.shapes] == [(5, "N, 5, 6")]
    assert not found.suppressions


def test_a_hash_in_an_f_string_is_no_comment() -> None:
    found = read("x = f'{a} # (N, 3, 4)' # (N, 5, 6)\ny = rf\"\"\"{b}\n # (N, 7, 8)\"\"\"\n")
    assert [shape.output for shape in found.shapes] == ["N, 5, 6"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="f-strings reuse their quotes from Python 3.12 on")
def test_a_hash_in_an_f_string_within_an_f_string_is_no_comment() -> None:
    found = read('x = f"{d["# (N, 3, 4)"]}"  # (N, 5, 6)\ny = f(x)  # (N, 7, 8)\n')
    assert [(shape.line, shape.output) for shape in found.shapes] == [(1, "N, 5, 6"), (2, "N, 7, 8")]


def test_spans_are_exact_in_characters() -> None:
    text = "имя = f('é')  # inp => (N, 3), out => [N, 4] é\r\nx = 1\r\n"
    found = source(text)
    (shape,) = read_comments(found).shapes
    assert shape.input_span and shape.output_span
    spans = (shape.span, shape.input_span, shape.output_span)
    assert [found.segment(span) for span in spans] == ["# inp => (N, 3), out => [N, 4] é", "(N, 3)", "[N, 4]"]


def test_every_taken_text_is_in_the_notation() -> None:
    from shapelint.spec import parse_spec

    cases = [mark for mark in test_stated_shapes.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    for comment, _ in cases[0].args[1]:
        for text in stated(comment) or ():
            assert text is None or len(parse_spec(text)) == 1


# Input directives


@pytest.mark.parametrize(("text", "line", "spec"), [
    ("# shapelint: input=N 3 224 224\nclass A: pass\n", 2, "N 3 224 224"),
    ("#shapelint:input: N 3 224 224\nclass A: pass\n", 2, "N 3 224 224"),
    ("class A:  # shapelint: input = (N, 3, H, W)\n    pass\n", 1, "(N, 3, H, W)"),
    ("class A(\n    B,  # shapelint: input=N 3\n): pass\n", 1, "N 3"),
    ("# shapelint: input=N 3; N 10: int64\n\n# more\n@decorated\n@again(\n    1)\ndef f(x):\n    pass\n", 7, "N 3; N 10: int64"),
    ("@decorated  # shapelint: input=N 3\nclass A: pass\n", 2, "N 3"),
    ("class A:\n    # shapelint: input=N 3\n    def forward(self, x): return x\n", 3, "N 3"),
    ("x = (1 +\n  2)  # shapelint: input=N 3\n", 1, "N 3"),
    ("# shapelint: input=N 3  # the usual size\nx = 1\n", 2, "N 3"),
    ("# shapelint: input=N #c 3\nx = 1\n", 2, "N #c 3"),
])
def test_input_directives(text: str, line: int, spec: str) -> None:
    found = source(text)
    (directive,) = read_comments(found).inputs
    assert (directive.line, directive.spec) == (line, spec)
    assert found.segment(directive.span) == spec


@pytest.mark.parametrize(("text", "message"), [
    ("# shapelint: input=\nx = 1", "no shape is stated: write it as in 'input=N 3 224 224'"),
    ("# shapelint: input N 3\nx = 1", "no shape is stated: write it as in 'input=N 3 224 224'"),
    ("x = 1\n# shapelint: input=N 3\n", "the directive applies to nothing: no code follows it"),
])
def test_input_directives_that_cannot_be_used(text: str, message: str) -> None:
    found = read(text)
    assert not found.inputs
    assert [(problem.kind, problem.message) for problem in found.problems] == [("comment", message)]


def test_a_source_without_comments_of_ours_costs_nothing() -> None:
    assert read("x = 1\n") == read("x = 1  # a remark\n")


def test_shape_comments_compare_as_values() -> None:
    assert isinstance(read("x = f(x)  # (N, 64)\n").shapes[0], ShapeComment)
