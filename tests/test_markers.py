"""The fixtures' markers: what they mean, that malformed ones are refused, and that matching goes both ways."""

import json
from pathlib import Path

import pytest

from .markers import Expected, Found, MarkerError, Place, compare, expected_shapes, fits, parse_markers, parse_shapes, read_markers

HERE = Place("net.py", 7)


def test_a_shape_marker_lists_alternatives_and_values() -> None:
    assert parse_shapes("4 64 8 8 | 4 128 4 4", HERE) == (((4, 64, 8, 8),), ((4, 128, 4, 4),))
    assert parse_shapes("4 9 32, _, ()", HERE) == (((4, 9, 32), None, ()),)
    assert parse_shapes("N 3 H W", HERE) == ((("N", 3, "H", "W"),),)


def test_an_error_marker_may_give_column_and_text() -> None:
    text = 'a = 1  # error: 9 SHP102 "two sizes"\nb = 2  # error: SHP103\nc = 3  # error: 5 SHP101\n'
    assert parse_markers(text, "net.py").errors == (
        Expected(Place("net.py", 1), "SHP102", 9, "two sizes"),
        Expected(Place("net.py", 2), "SHP103"),
        Expected(Place("net.py", 3), "SHP101", 5),
    )


def test_one_comment_may_hold_several_markers_among_ordinary_words() -> None:
    markers = parse_markers("x = f(x)  # halves the map  # shape: 4 8  # error: SHP101 # error: SHP102  # raises ValueError\n")
    assert [marker.code for marker in markers.errors] == ["SHP101", "SHP102"]
    assert markers.shapes[0].alternatives == (((4, 8),),)
    assert markers.raises[0].type == "ValueError"


def test_a_marker_alone_on_its_line_speaks_of_the_next_line_of_code() -> None:
    markers = parse_markers("# error: SHP301\n\n# some words\nx = f(x)  # (4, 9)\n")
    assert markers.errors == (Expected(Place("file.py", 4), "SHP301"),)


def test_torch_expressions_keep_their_own_line_and_strings_are_not_comments() -> None:
    markers = parse_markers('text = "# error: nonsense"\n# torch: Net()(torch.ones(2, 3))\n')
    assert [(marker.place.line, marker.text) for marker in markers.torch] == [(2, "Net()(torch.ones(2, 3))")]
    assert not markers.errors


def test_a_todo_marker_is_an_expected_miss() -> None:
    assert parse_markers("x = 1  # todo: SHP107\n").errors == (Expected(Place("file.py", 1), "SHP107", todo=True),)


def test_ordinary_comments_are_no_markers() -> None:
    text = "x = 1  # the shape is kept, (4, 64, 8, 8)\ny = 2  # note: errors raise here\n#: documentation\n# shapelint: input=N 3 8 8\n"
    markers = parse_markers(text)
    assert (markers.errors, markers.shapes, markers.raises, markers.torch) == ((), (), (), ())


@pytest.mark.parametrize("comment", [
    "# shape:", "# shape: (4, 3)", "# shape: 4x3", "# shape: 4 3 |", "# shape: 4 3 | 4 3", "# shape: 4 3 | 4, 3", "# shape 4 3",
    "# error:", "# error: SHP1", "# error: 0 SHP101", "# error: SHP101 text", '# error: SHP101 "text', "# error: SHP101 9", "# error SHP101",
    "# errors: SHP101", "# eror: SHP101", "# Shape: 4 3", "# todo: later", "# raises: here", "# raises somewhere", "# raises\n# raises", "# torch:",
    "# shape: 4 3  # shape: 4 3",
])
def test_a_malformed_marker_is_refused(comment: str) -> None:
    with pytest.raises(MarkerError):
        parse_markers(f"x = 1  {comment}\ny = 2\n" if "\n" not in comment else f"{comment}\nx = 1\n")


def test_a_marker_that_no_code_follows_is_refused() -> None:
    with pytest.raises(MarkerError, match="follows"):
        parse_markers("x = 1\n# error: SHP101\n")


def test_a_place_in_a_notebook_counts_every_cell_and_skips_magics(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# error: this is prose\n"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "!pip list\n", "x = net(x)  # shape: 4 10\n"]},
        {"cell_type": "code", "source": "y = net(y)  # error: 5 SHP103"},
    ]
    path = tmp_path / "sub" / "book.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    assert dict(expected_shapes(path, tmp_path)) == {Place("sub/book.ipynb", 3, 2): (((4, 10),),)}
    assert read_markers(path).errors == (Expected(Place("book.ipynb", 1, 3), "SHP103", 5),)


def test_a_name_in_a_shape_stands_for_one_number() -> None:
    assert fits(("N", 3, "H", "H"), (4, 3, 8, 8))
    assert not fits(("N", 3, "H", "H"), (4, 3, 8, 9))
    assert not fits(("N", 3), (4, 3, 8))
    assert fits(None, (1, 2)) and fits((), ())


def test_what_is_reported_as_marked_gives_no_complaint() -> None:
    marked = [Expected(HERE, "SHP101", 5, "16 channels"), Expected(HERE, "SHP103"), Expected(HERE, "SHP107", todo=True)]
    found = [Found(HERE, "SHP103", 1, "features"), Found(HERE, "SHP101", 5, "expects 16 channels")]
    assert compare(marked, found) == []


def test_a_missing_an_extra_and_a_mended_diagnostic_are_each_reported() -> None:
    found = Found(HERE, "SHP101", 5, "expects 16 channels")
    assert compare([Expected(HERE, "SHP101")], []) == ["net.py:7: missing SHP101"]
    assert compare([], [found]) == ["net.py:7: unexpected 5 SHP101 'expects 16 channels'"]
    assert "todo" in compare([Expected(HERE, "SHP101", todo=True)], [found])[0]


@pytest.mark.parametrize("marker", [
    Expected(HERE, "SHP101", 6), Expected(HERE, "SHP101", 5, "17 channels"), Expected(HERE, "SHP102"),
    Expected(Place("net.py", 8), "SHP101"), Expected(Place("other.py", 7), "SHP101"), Expected(Place("net.py", 7, 1), "SHP101"),
])
def test_a_difference_in_code_place_column_or_text_is_two_complaints(marker: Expected) -> None:
    assert len(compare([marker], [Found(HERE, "SHP101", 5, "expects 16 channels")])) == 2


def test_each_diagnostic_answers_one_marker_and_the_precise_marker_first() -> None:
    found = [Found(HERE, "SHP101", 5, "a"), Found(HERE, "SHP101", 9, "b")]
    assert compare([Expected(HERE, "SHP101"), Expected(HERE, "SHP101", 5)], found) == []
    assert len(compare([Expected(HERE, "SHP101"), Expected(HERE, "SHP101", 5)], found[:1])) == 1
