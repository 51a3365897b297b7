"""The notation for shapes parses, prints and binds."""

import pytest

from shapelint.dims import Truth, dmax, equal, floordiv, is_unknown, sym, unknown
from shapelint.spec import Mismatch, Spec, SpecError, bind, parse_spec, show_spec

N, H, W = sym("N"), sym("H"), sym("W")


def one(text: str) -> Spec:
    (spec,) = parse_spec(text)
    return spec


@pytest.mark.parametrize("text", ["N 3 H W", "N, 3, H, W", "(N, 3, H, W)", "[N 3 H W]", " N  3,H , W ", "(N 3 H W,)"])
def test_separators_and_brackets_do_not_matter(text: str) -> None:
    assert one(text) == Spec((N, 3, H, W))


@pytest.mark.parametrize(("text", "sizes"), [
    ("", ()), ("()", ()), ("7", (7,)), ("(7,)", (7,)), ("B 64*24*24", (sym("B"), 64 * 24 * 24)),
    ("2*H H-2 H+1", (2 * H, H - 2, H + 1)), ("H/2 H//2", (floordiv(H, 2), floordiv(H, 2))), ("6*H/3", (2 * H,)),
    ("N H - 2 W", (N, H - 2, W)), ("(H + 3)//4 W", (floordiv(H + 3, 4), W)), ("(H+3)//4 (W+3)//4", (floordiv(H + 3, 4), floordiv(W + 3, 4))),
    ("2*(H-(W+1))", (2 * (H - (W + 1)),)), ("max(H, 3) -(-H//2)", (dmax(H, 3), -floordiv(-H, 2))), ("0 3", (0, 3)),
    ("batch_size 3", (sym("batch_size"), 3)),
])
def test_axes_are_numbers_names_and_arithmetic(text: str, sizes: tuple[object, ...]) -> None:
    assert one(text) == Spec(sizes)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["_ 3", "? 3", "#n 3", "?n 3", "_n 3", "#1 3", "_+1 3"])
def test_sizes_that_are_not_stated(text: str) -> None:
    first, second = one(text).shape
    assert is_unknown(first) and second == 3


def test_two_unstated_sizes_are_not_the_same() -> None:
    first, second = one("_ _").shape
    assert equal(first, second) is Truth.UNKNOWN


@pytest.mark.parametrize("text", ["... 3 H", "*batch 3 H", "..., 3, H", "#*batch 3 H", "*#batch 3 H"])
def test_any_leading_axes(text: str) -> None:
    assert one(text) == Spec((3, H), open_rank=True)


def test_jaxtyping_documentation_suffix() -> None:
    assert one("*batch h=3 w") == Spec((3, sym("w")), open_rank=True)


def test_dtypes_and_several_inputs() -> None:
    found = parse_spec("N 3 H W; 4 16: int64; () : torch.bool")
    assert found == [Spec((N, 3, H, W)), Spec((4, 16), dtype="int64"), Spec((), dtype="bool")]
    assert [spec.kind for spec in found] == [None, "int", "bool"]


@pytest.mark.parametrize(("text", "message", "column"), [
    ("N H-", "size 'H-': expected a number or a name", 2),
    ("N H- W", "size 'H-': expected a number or a name", 2),
    ("N 2H", "size '2H': write 2*H", 2),
    ("N (2)H", "size '(2)H': write (2)*H", 2),
    ("N @", "size '@': expected a number or a name", 2),
    ("N 3.5", "size '3.5': expected a number or a name", 2),
    ("3 ... H", "'...' may stand only once, at the front", 2),
    ("-1 3", "size '-1': a size cannot be negative", 0),
    ("N 7/2", "size '7/2': not a whole number", 2),
    ("N H//0", "size 'H//0': division by zero", 2),
    ("N (H W)+1", "size '(H W)+1': expected ')'", 2),
    ("N 2*(H", "size '2*(H': expected ')'", 2),
    ("(N 3", "'(' is never closed", 0),
    ("[N 3", "'[' is never closed", 0),
    ("N,,3", "size '': expected a number or a name", 2),
    ("N h=w", "size 'h=w': expected a number after '='", 2),
    ("N 3: int46", "dtype 'int46': expected a dtype of torch, such as float32 or int64", 3),
    ("N 3; ", "expected sizes on both sides of ';' (a scalar is written '()')", 4),
])
def test_a_text_outside_the_notation_says_where_and_why(text: str, message: str, column: int) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(text)
    assert (caught.value.message, caught.value.column) == (message, column)


@pytest.mark.parametrize("text", ["N 3 H W", "... 3 H", "4 16: int64", "()", "N 2*H H-2 H//2 (H+3)//4 max(H,3) 2*(H//4-3)*W"])
def test_printed_notation_parses_back(text: str) -> None:
    assert one(show_spec(one(text))) == one(text)


def test_printing_hides_the_names_of_unstated_sizes() -> None:
    assert show_spec(Spec((unknown("L"), 3), dtype="int64")) == "_ 3: int64"


def test_binding_names() -> None:
    assert bind(one("N 3 H W").shape, (16, 3, 32, 48)) == {"N": 16, "H": 32, "W": 48}
    assert bind((N, H), (5, H // 2), {"N": 5}) == {"N": 5, "H": H // 2}
    assert one("... H 2*H").bind((9, 9, 4, 8)) == {"H": 4}
    assert bind((H - 2, H), (6, 8)) == {"H": 8}
    assert bind((2 * H - 2,), (6,)) == {"H": 4}
    assert bind((2 * H,), (W * 4,)) == {"H": 2 * W}
    assert bind((floordiv(H, 2), 3), (16, 3)) == {}
    assert bind((N,), (0,)) == {"N": 0}


def test_what_cannot_match_names_the_axis() -> None:
    assert bind((N, 3), (4, 3, 3)) == Mismatch(None, 2, 3)
    assert bind((N, 3), (4, 4)) == Mismatch(1, 3, 4)
    assert bind((H, H), (4, 5)) == Mismatch(1, 4, 5)
    assert bind((2 * H,), (5,)) == Mismatch(0, 2 * H, 5)
    assert bind((floordiv(H, 2) * 2,), (5,)) == Mismatch(0, floordiv(H, 2) * 2, 5)
    assert one("... H H-1").bind((7, 4, 4)) == Mismatch(2, 3, 4)
    assert Mismatch(1, 3, 4).message == "axis 1 is 4, declared 3"
    assert Mismatch(None, 2, 3).message == "has 3 axes, declared with 2"


def test_what_may_match_is_no_mismatch() -> None:
    assert bind((H, H), (W, floordiv(W, 2) * 2)) == {"H": W}
    assert bind((N, 3), (unknown(), unknown())) != Mismatch(1, 3, 3)
    left = unknown()
    assert bind((N, N), (left, 4)) == {"N": 4}
    assert bind((N * H,), (12,)) == {}
