"""Names that a person may have mistyped: the nearest known one, and what is wrong with a rule code."""

import re
from collections.abc import Iterable

_LONGEST = 80  # characters of a name that somebody may have mistyped: the comparison is quadratic
_CODE = re.compile(r"SHP\d{0,3}")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that ``word`` was probably meant to be."""
    if len(word) > _LONGEST:
        return None
    from difflib import get_close_matches

    plain: dict[str, list[str]] = {}
    for name in (name for name in known if len(name) <= _LONGEST):
        plain.setdefault(name.lower(), []).append(name)
    found = get_close_matches(word.lower().replace("_", "-"), plain, n=1, cutoff=0.6)
    return max(plain[found[0]], key=lambda name: sum(map(str.__eq__, name, word))) if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``" (did you mean 'select'?)"``, or nothing."""
    found = nearest(word, known)
    return f" (did you mean '{found}'?)" if found else ""


def code_trouble(code: str, known: Iterable[str] = ()) -> str | None:
    """What is wrong with a rule code or a prefix of one; with no ``known`` codes only its form is judged."""
    if not _CODE.fullmatch(code):
        return f"'{code}' is not a rule code: write SHP and up to three digits, as in SHP102 or SHP1"
    codes = list(known)
    if codes and not any(full.startswith(code) for full in codes):
        return f"there is no rule '{code}'" + did_you_mean(code, codes)
    return None
