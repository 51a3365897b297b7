"""Suppression comments: what they cover, which are idle, and what is wrong with a malformed one."""

import pytest

from shapelint.source import SourceFile
from shapelint.source.comments import Comments, read_comments
from shapelint.source.files import parse_text


def read(text: str, codes: tuple[str, ...] = ()) -> Comments:
    found = parse_text("net.py", text)
    assert isinstance(found, SourceFile), found
    return read_comments(found, codes)


def covered(text: str, code: str = "SHP102") -> list[int]:
    """The lines on which a finding of rule ``code`` is silenced."""
    suppressions = read(text).suppressions
    return [line for line in range(1, text.count("\n") + 2) if suppressions.covers(code, line)]


@pytest.mark.parametrize(("comment", "codes"), [
    ("# shapelint: ignore[SHP102]", "SHP102"),
    ("# shapelint: ignore[SHP1]", "SHP101 SHP102"),
    ("# shapelint: ignore[ shp102 , SHP2 ]", "SHP102 SHP201"),
    ("# shapelint: ignore", "SHP101 SHP102 SHP201"),
    ("# shapelint: ignore - the input is padded elsewhere", "SHP101 SHP102 SHP201"),
    ("# shapelint: ignore[SHP102] because of padding", "SHP102"),
    ("#shapelint:ignore[SHP102]", "SHP102"),
    ("# Shapelint: Ignore[SHP102]", "SHP102"),
    ("# noqa: E501  # shapelint: ignore[SHP102]", "SHP102"),
    ("# shapelint: ignore[SHP102]  # noqa", "SHP102"),
    ("# shapelint: ignore[SHP102]  # shapelint: ignore[SHP201]", "SHP102 SHP201"),
    ("# (N, 64, 8, 8)  # shapelint: ignore[SHP102]", "SHP102"),
    ("# a remark about shapelint", ""),
    ("# use '# shapelint: ignore' to silence it", ""),
])
def test_which_codes_are_silenced(comment: str, codes: str) -> None:
    found = read(f"x = f(x)  {comment}\n")
    assert not found.problems
    assert [code for code in ("SHP101", "SHP102", "SHP201") if found.suppressions.covers(code, 1)] == codes.split()


@pytest.mark.parametrize(("text", "lines"), [
    ("a = 1\nb = 2  # shapelint: ignore\nc = 3\n", [2]),
    ("a = f(  # shapelint: ignore\n    1,\n    2,\n)\n", [1, 2, 3, 4]),
    ("a = f(\n    1,\n    2,\n)  # shapelint: ignore\n", [1, 2, 3, 4]),
    ("a = f(\n    1,  # shapelint: ignore\n    2,\n)\n", [2]),
    ("# shapelint: ignore\na = f(\n    1,\n)\nb = 2\n", [2, 3, 4]),
    ("# shapelint: ignore[SHP1]\n# why\n\na = 1\nb = 2\n", [4]),
    ("a = f(\n    # shapelint: ignore\n    1,\n    2,\n)\n", [3]),
    ("def f(  # shapelint: ignore\n    a,\n    b,\n):\n    c = 1\n", [1, 2, 3, 4]),
    ("def f(\n    a,\n):  # shapelint: ignore\n    # remark\n\n    c = 1\n", [1, 2, 3]),
    ("class A:  # shapelint: ignore\n    b = 1\n", [1]),
    ("@d  # shapelint: ignore\nclass A:\n    b = 1\n", [1, 2]),
    ("if a:  # shapelint: ignore\n    b = 1\nelse:  # shapelint: ignore\n    c = 1\n", [1, 3]),
    ("try:\n    a = 1\nexcept E:\n    b = 1  # shapelint: ignore\nfinally:\n    c = 1\n", [4]),
    ("match a:\n    case 1:\n        b = 1  # shapelint: ignore\n", [3]),
    ("a = '''\n'''  # shapelint: ignore\n", [1, 2]),
])
def test_which_lines_are_covered(text: str, lines: list[int]) -> None:
    assert covered(text) == lines


def test_any_line_of_the_findings_place_will_do() -> None:
    found = read("a = f(\n    1,  # shapelint: ignore\n    2,\n)\n").suppressions
    assert found.covers("SHP102", 1, 4) and found.covers("SHP102", 2, 3) and not found.covers("SHP102", 3, 4)


def test_skip_file() -> None:
    assert read("# shapelint: skip-file\nx = 1\n").skip_file
    assert not read("x = '# shapelint: skip-file'\n").skip_file


def test_unused_comments_and_codes() -> None:
    found = read("a = 1  # shapelint: ignore[SHP102, SHP103]\nb = 1  # shapelint: ignore\nc = 1  # shapelint: ignore[SHP201]\n").suppressions
    found.covers("SHP102", 1)
    found.covers("SHP101", 1)
    assert [(unused.suppression.span[1:], unused.codes, unused.whole) for unused in found.unused()] == [
        ((1, 8, 1, 43), ("SHP103",), False), ((2, 8, 2, 27), (), True), ((3, 8, 3, 35), ("SHP201",), True)]
    assert [unused.suppression.line for unused in found.unused(active=lambda code: not code.startswith("SHP2"))] == [1, 2]
    found.covers("SHP999", 2)
    assert [unused.suppression.line for unused in found.unused()] == [1, 3]


@pytest.mark.parametrize(("comment", "messages"), [
    ("# shapelint: ingore[SHP102]", ["unknown directive 'ingore' (did you mean 'ignore'?)"]),
    ("# shapelint: disable=SHP102", ["unknown directive 'disable' (did you mean 'ignore'?)"]),
    ("# shapelint: ignore-file", ["unknown directive 'ignore-file' (did you mean 'skip-file'?)"]),
    ("# shapelint: qwertz", ["unknown directive 'qwertz': there are ignore[...], skip-file and input=..."]),
    ("# shapelint:", ["a directive is missing: there are ignore[...], skip-file and input=..."]),
    ("# shapelint: ignore[]", ["'ignore[]' names no rule: write ignore[SHP102], or ignore for every rule"]),
    ("# shapelint: ignore[ , ]", ["'ignore[]' names no rule: write ignore[SHP102], or ignore for every rule"]),
    ("# shapelint: ignore[SHP102", ["the bracket of 'ignore[' is never closed"]),
    ("# shapelint: ignore SHP102, SHP103", ["'ignore SHP102, SHP103': write the codes in brackets, as in ignore[SHP102]"]),
    ("# shapelint: ignore[E501]", ["'E501' is not a rule code: write SHP and up to three digits, as in SHP102 or SHP1"]),
    ("# shapelint: ignore[SHP1022, X]", ["'SHP1022' is not a rule code: write SHP and up to three digits, as in SHP102 or SHP1",
                                        "'X' is not a rule code: write SHP and up to three digits, as in SHP102 or SHP1"]),
    ("# shapelint: ignore[SHP192]", ["there is no rule 'SHP192' (did you mean 'SHP102'?)"]),
])
def test_a_malformed_comment_is_a_problem_and_silences_nothing(comment: str, messages: list[str]) -> None:
    found = read(f"x = f(x)  {comment}\n", codes=("SHP102", "SHP201"))
    assert [problem.message for problem in found.problems] == messages
    assert {(problem.kind, problem.span.line, problem.span.column) for problem in found.problems} == {("comment", 1, 11)}
    assert not found.suppressions.covers("SHP102", 1) and not found.suppressions.unused()


def test_a_good_code_beside_a_bad_one_still_counts() -> None:
    found = read("x = f(x)  # shapelint: ignore[SHP102, nonsense]\n")
    assert len(found.problems) == 1 and found.suppressions.covers("SHP102", 1)


def test_a_comment_above_nothing() -> None:
    found = read("x = 1\n# shapelint: ignore\n")
    assert [problem.message for problem in found.problems] == ["the directive applies to nothing: no code follows it"]
