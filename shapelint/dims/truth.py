"""Three-valued answers about sizes, plus the fourth: "cannot tell"."""

from enum import Enum


class Truth(Enum):
    """The answer to a question about sizes, over every size the symbols may take.

    ``SOMETIMES`` means proven both ways (some sizes yes, some no); ``UNKNOWN`` means undecided.
    There is deliberately no truth value: callers say which answers they act on.
    """

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("a Truth has four values: compare it with one of them")

    def negate(self) -> "Truth":
        if self is Truth.ALWAYS:
            return Truth.NEVER
        if self is Truth.NEVER:
            return Truth.ALWAYS
        return self


def truth(answer: bool) -> Truth:
    """The certain answer for a plain bool."""
    return Truth.ALWAYS if answer else Truth.NEVER
