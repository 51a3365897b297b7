"""``match`` patterns."""

import ast
from typing import TYPE_CHECKING

from .values import DictObject, Instance, ListObject, Scope, Unknown, Value

if TYPE_CHECKING:
    from .machine import Machine


def matches(m: "Machine", pattern: ast.pattern, subject: Value, scope: Scope) -> bool | None:
    """Whether a pattern matches, binding its names; None where it cannot be known."""
    if isinstance(pattern, ast.MatchValue):
        return m.truth(m.compare("==", subject, m.evaluate(pattern.value, scope)))
    if isinstance(pattern, ast.MatchSingleton):
        return m.truth(m.compare("is", subject, pattern.value))
    if isinstance(pattern, ast.MatchAs):
        answer = True if pattern.pattern is None else matches(m, pattern.pattern, subject, scope)
        if pattern.name is not None and answer is not False:
            m.heap.write(scope.table, pattern.name, subject)
        return answer
    if isinstance(pattern, ast.MatchOr):
        answers = [matches(m, option, subject, scope) for option in pattern.patterns]
        return True if True in answers else None if None in answers else False
    if isinstance(pattern, ast.MatchSequence):
        return _sequence(m, pattern, subject, scope)
    if isinstance(pattern, ast.MatchMapping):
        return _mapping(m, pattern, subject, scope)
    if isinstance(pattern, ast.MatchClass):
        return _class(m, pattern, subject, scope)
    return None


def _every(answers: list[bool | None]) -> bool | None:
    return False if False in answers else None if None in answers else True


def _sequence(m: "Machine", pattern: ast.MatchSequence, subject: Value, scope: Scope) -> bool | None:
    if isinstance(subject, Unknown):
        return None
    items = m.iterate(subject) if isinstance(subject, (tuple, ListObject)) else None
    if items is None:
        return False if not isinstance(subject, ListObject) else None
    star = next((i for i, part in enumerate(pattern.patterns) if isinstance(part, ast.MatchStar)), None)
    count = len(pattern.patterns)
    if (star is None and len(items) != count) or (star is not None and len(items) < count - 1):
        return False
    if star is None:
        return _every([matches(m, part, item, scope) for part, item in zip(pattern.patterns, items, strict=True)])
    after = count - star - 1
    rest = pattern.patterns[star]
    if isinstance(rest, ast.MatchStar) and rest.name is not None:
        m.heap.write(scope.table, rest.name, ListObject(items[star : len(items) - after]))
    pairs = [*zip(pattern.patterns[:star], items, strict=False), *zip(pattern.patterns[star + 1 :], items[len(items) - after :], strict=True)]
    return _every([matches(m, part, item, scope) for part, item in pairs])


def _mapping(m: "Machine", pattern: ast.MatchMapping, subject: Value, scope: Scope) -> bool | None:
    if not isinstance(subject, DictObject):
        return None if isinstance(subject, Unknown) else False
    answers: list[bool | None] = []
    named: list[Value] = []
    for key_node, part in zip(pattern.keys, pattern.patterns, strict=True):
        key = m.evaluate(key_node, scope)
        if key in subject.table:
            answers.append(matches(m, part, subject.table[key], scope))
        else:
            answers.append(False if subject.opaque["rest"] is None else None)
        named.append(key)
    if pattern.rest is not None:
        further = {key: value for key, value in subject.table.items() if key not in named}
        m.heap.write(scope.table, pattern.rest, DictObject(further, subject.opaque["rest"]))
    return _every(answers)


def _class(m: "Machine", pattern: ast.MatchClass, subject: Value, scope: Scope) -> bool | None:
    answer = m.is_instance(subject, m.evaluate(pattern.cls, scope))
    if answer is not True:
        return answer
    answers: list[bool | None] = [True]
    for name, part in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
        answers.append(matches(m, part, m.get_attribute(subject, name), scope))
    if pattern.patterns:
        fields = m.iterate(m.get_attribute(subject, "__match_args__")) if isinstance(subject, Instance) and m.has_attribute(subject, "__match_args__") else None
        names = fields if fields is not None else (None,)
        for name, part in zip(names, pattern.patterns, strict=False):
            answers.append(matches(m, part, subject if name is None else m.get_attribute(subject, str(name)), scope))
    return _every(answers)
