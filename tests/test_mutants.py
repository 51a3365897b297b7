"""Edited models: what torch refuses is found, at the right line, and what torch accepts is no error. ``python -m shapelint.dev mutants`` tries all of them."""

import random

import pytest

from shapelint.dev import mutants
from shapelint.dev.corpus import NoSource
from shapelint.dev.mutants import Edit, Mutant, Tally, Verdict
from tests.mutators import Ran, edits

SAMPLE, SEED = 60, 5


def test_edited_models_break_where_torch_breaks() -> None:
    whole = mutants.labelled()
    chosen = mutants.sample(whole.mutants, SAMPLE, SEED)
    try:
        folders = mutants.folders_of(chosen, whole.versions, [])
    except NoSource as reason:
        pytest.skip(str(reason))
    tally, missed, misplaced = Tally(), [], []
    for verdict in mutants.verdicts(chosen, folders):
        tally.add(verdict)
        if verdict.mutant.label == "harmless":
            assert verdict.status != "error", f"a false alarm: {verdict.mutant.text()}: {verdict.message}"
        elif verdict.status != "error":
            missed.append(verdict.mutant.text())
        elif not verdict.right:
            misplaced.append(verdict.mutant.text())
    assert tally.breaking >= SAMPLE // 4 and tally.harmless >= SAMPLE // 4
    assert len(missed) <= 1, missed
    assert len(misplaced) <= 2, misplaced


def test_the_labelled_edits_are_many_and_of_many_families() -> None:
    found = mutants.labelled().mutants
    judged = [mutant for mutant in found if mutant.label != "other"]
    assert len(judged) >= 1000 and len({mutant.family for mutant in judged}) >= 20
    assert len({(mutant.target, mutant.file, mutant.edit) for mutant in found}) == len(found)
    assert all(mutant.chain for mutant in found if mutant.label == "breaks")


# --- edits ------------------------------------------------------------------------------------------------------------

SOURCE = """\
def make(channels, width):
    layer = nn.Conv2d(channels, width, kernel_size=3)
    return layer


def unused(x):
    return torch.cat([x, x], 1)
"""


def made(source: str = SOURCE, lines: tuple[int, ...] = (2, 3)) -> list[Edit]:
    ran = Ran(frozenset(lines), {1: frozenset({"channels", "width"})}, {1: frozenset()})
    return edits(source, ran, random.Random(1))


def test_edits_are_at_what_ran() -> None:
    found = made()
    assert {"swapped arguments", "kernel_size", "another size", "removed argument"} <= {edit.kind for edit in found}
    assert {edit.line for edit in found} == {2}


def test_an_edit_changes_one_place_and_leaves_a_program() -> None:
    for edit in made():
        text = edit.applied(SOURCE)
        assert text != SOURCE
        compile(text, "edited", "exec")
        assert text.splitlines()[4:] == SOURCE.splitlines()[4:]


def test_an_edit_of_another_text_is_refused() -> None:
    with pytest.raises(ValueError, match="another text"):
        Edit("kernel_size", 1, 0, "no such text", "3").applied(SOURCE)


# --- verdicts ---------------------------------------------------------------------------------------------------------

MUTANT = Mutant("zoo:Net()", "1 3 8 8", "zoo/net", "net.py", Edit("kernel_size", 4, 8, "3", "9"), "breaks", "RuntimeError", "no", (("net.py", 2), ("net.py", 20)))


def said(status: str, places: tuple[int, ...] = (), labels: tuple[int, ...] = (), mutant: Mutant = MUTANT) -> Verdict:
    spans = [frozenset(("net.py", line, line + 1) for line in lines) for lines in (places, labels)]
    return Verdict(mutant, status, "", spans[0], spans[1], frozenset({("net.py", 4, 6), ("net.py", 20, 20)}), "", 0.0)


def test_the_right_line_is_torchs_innermost_or_the_edited_one() -> None:
    assert said("error", (19,)).strictly_right, "the place goes over lines 19 and 20"
    assert said("error", (4,)).strictly_right
    assert said("error", (9,), (20,)).right and not said("error", (9,), (20,)).strictly_right
    assert said("error", (5,)).right and not said("error", (5,)).strictly_right, "another line of the edited statement"
    assert not said("error", (2,)).right, "the outer frame is not where it breaks"


def test_alarms_and_misses_are_counted_apart() -> None:
    tally, harmless = Tally(), MUTANT._replace(label="harmless")
    for verdict in (said("error", (4,)), said("unknown"), said("error", (9,)), said("ok", mutant=harmless), said("error", mutant=harmless)):
        tally.add(verdict)
    assert (tally.breaking, tally.found, tally.right, tally.harmless, tally.alarms) == (3, 2, 1, 2, 1)


def test_the_unedited_model_is_harmless() -> None:
    assert MUTANT.unedited.label == "harmless" and MUTANT.unedited.edit.applied(SOURCE) == SOURCE
