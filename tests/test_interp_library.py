"""The interpreter's library against Python itself: each snippet is interpreted and run, and the results must be the same.

A second group shows what happens to values that are not known: the result is unknown, never a guess.
"""

import ast
import collections
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from shapelint.dims import Expr, sym
from shapelint.interp import Program
from shapelint.interp.library import load
from shapelint.interp.machine import Machine, Site
from shapelint.interp.natives import METHODS, NATIVES, PyRaise
from shapelint.interp.statements import execute
from shapelint.interp.values import (
    Alternatives,
    BoundMethod,
    ClassValue,
    Descriptor,
    DictObject,
    External,
    Instance,
    IteratorObject,
    ListObject,
    Partial,
    Place,
    Scope,
    SetObject,
    SliceValue,
    Tensor,
    Unknown,
    Value,
    Why,
)
from shapelint.interp.views import DictView
from shapelint.source.text import SourceFile

IMPORTS = """\
import argparse, collections, collections.abc, contextlib, copy, dataclasses, enum, functools, itertools, json, logging, math, numbers, operator, os
import random, re, string, sys, types, typing, warnings
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto
from functools import partial, reduce, wraps, lru_cache
from typing import List, NamedTuple, Optional, Tuple
"""


def interpret(source: str, **names: Value) -> Scope:
    """Run ``source`` abstractly; ``names`` are there from the start."""
    machine, scope = fresh()
    scope.table.update(names)
    execute(machine, ast.parse(IMPORTS + source).body, scope)
    return scope


def fresh() -> tuple[Machine, Scope]:
    """A machine, and the scope of its (empty) main program."""
    program = Program([])
    program.run(SourceFile("snippet.py", "", ast.parse("")))
    assert program.machine is not None and program.main_scope is not None
    return program.machine, program.main_scope


def run(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(IMPORTS + source, names)
    return names


def plain(value: Any) -> Any:
    """Values and Python objects in one form: kinds of containers count, classes of their objects do not."""
    if isinstance(value, Instance) and "payload" in value.hidden:
        return plain(value.hidden["payload"])
    if isinstance(value, (ListObject, list, collections.deque)):
        return ["list", *map(plain, value.table["items"] if isinstance(value, ListObject) else value)]
    if isinstance(value, DictView):
        return {value.name: list(map(plain, value.items))}
    if isinstance(value, (type({}.keys()), type({}.items()), type({}.values()))):
        return {type(value).__name__: list(map(plain, value))}
    if isinstance(value, (SetObject, set, frozenset)):
        return {"set": sorted(map(repr, map(plain, value.table["items"] if isinstance(value, SetObject) else value)))}
    if isinstance(value, (DictObject, dict)):
        return {"dict": [(plain(key), plain(item)) for key, item in (value.table if isinstance(value, DictObject) else value).items()]}
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, IteratorObject):
        return ["iterator", *map(plain, value.table["items"])]
    if isinstance(value, Iterator):
        return ["iterator", *map(plain, value)]
    if isinstance(value, float):
        return "nan" if math.isnan(value) else value
    assert value is None or isinstance(value, (bool, int, float, complex, str, bytes, range, type(...))), value
    return value


def same_as_python(source: str, *names: str) -> None:
    """The interpreted and the real program leave the same values in ``names`` ("r" if none are given)."""
    found, real = interpret(source).table, run(source)
    for name in names or ("r",):
        assert plain(found[name]) == plain(real[name]), name
        assert type(plain(found[name])) is type(plain(real[name])), name


def result(source: str, **names: Value) -> Value:
    """The value of ``r``."""
    return interpret(source, **names).table["r"]


def unknown(what: str = "?") -> Unknown:
    return Unknown(Why.ENTRY, what)


# --- the same as Python -------------------------------------------------------------------------------------------------

EXPRESSIONS = """
len([1, 2, 3])
len("abc"), len(()), len(range(7)), len({1: 2}), len({1, 2})
list(range(5)), list(range(2, 10, 3)), list(range(5, 0, -2))
range(10)[2:5], range(10)[-1], len(range(10**9))
list(enumerate("ab")), list(enumerate([7, 8], start=1)), list(enumerate([7], 3))
list(zip([1, 2, 3], "ab")), list(zip()), list(zip([1], [2], [3], strict=True))
list(zip(*[iter([1, 2, 3, 4, 5])] * 2))
list(reversed([1, 2, 3])), list(reversed("abc")), list(reversed(range(4)))
sorted([3, 1, 2]), sorted("banana"), sorted([3, 1, 2], reverse=True)
sorted(["bb", "a", "ccc"], key=len), sorted([(1, "b"), (1, "a")], key=lambda p: p[0])
sorted({"b": 1, "a": 2}.items(), key=lambda kv: kv[1], reverse=True)
sorted([1, 2, 3, 4], key=lambda x: x % 2, reverse=True)
sum([1, 2, 3]), sum([1.5, 2]), sum(range(5), 10), sum([[1], [2]], [])
sum(x * x for x in range(4))
max(1, 2, 3), max([4, 9, 2]), max("abc"), max([], default=5), max([1, 2, 3], key=lambda v: -v)
min(3, 1), min((2, 5)), min([], default=None), min("b", "a"), min([(2, 1), (1, 5)])
max([1, 1.0]), max(True, 2), min(0.5, 1), max([[1, 2], [1, 3]])
abs(-3), abs(2.5), abs(3 + 4j), round(2.5), round(3.14159, 2), round(7), round(15, -1)
pow(2, 10), pow(2, -1), pow(3, 4, 5), divmod(17, 5), divmod(-7, 2), divmod(7.5, 2)
int("12"), int(3.9), int("ff", 16), int(True), int(-2.5), int(), float("1.5"), float(3), float("inf"), complex(1, 2)
str(12), str(1.0), str(None), str([1, "a"]), str((1,)), str({"a": [1, 2]}), str(True), str("x"), repr("x"), str()
bool([]), bool([0]), bool({}), bool(""), bool(0.0), bool("a"), bool(), bool((0,))
bytes(3), b"ab".decode(), bytes([1, 2])
format(3.14159, ".2f"), format(42, "05d"), format("x", ">4"), ascii("é"), chr(65), ord("A"), hex(255), bin(5), oct(8)
tuple([1, 2]), tuple("ab"), tuple(), list("abc"), list({"a": 1}), list((1, 2)), set([1, 2, 1]), frozenset([3])
list(set([3, 1, 2])), len(set([1, True, 1.0])), sorted({5, 1, 3})
dict(), dict(a=1, b=2), dict([("x", 1), ("y", 2)]), dict({"a": 1}, b=2), dict(zip("ab", [1, 2])), dict({"a": 1}, a=3)
list(iter([1, 2])), next(iter([5, 6])), next(iter([]), "none")
list(map(str, [1, 2])), list(map(lambda a, b: a + b, [1, 2], [10, 20])), list(map(int, "123"))
list(filter(None, [0, 1, "", "a"])), list(filter(lambda x: x > 1, [1, 2, 3]))
any([]), any([0, 1]), all([]), all([1, 0]), any(x > 2 for x in (1, 2, 3)), all(isinstance(x, int) for x in [1, 2])
isinstance(1, int), isinstance(True, int), isinstance("a", (int, str)), isinstance([1], tuple), isinstance((1,), tuple), isinstance({}, dict)
isinstance(1.0, (int, float)), isinstance(None, type(None)), isinstance([1], list), isinstance(range(2), range)
isinstance([], collections.abc.Iterable), isinstance(1, collections.abc.Iterable), isinstance("ab", collections.abc.Sequence)
isinstance({}, collections.abc.Mapping), isinstance(3, numbers.Number), isinstance("3", numbers.Integral)
callable(len), callable(1), callable(lambda: 0), callable(int), callable("a"), callable([].append)
hasattr([], "append"), hasattr("a", "lower"), hasattr(1, "nothing_like_it")
getattr("ab", "upper")(), getattr(1, "nothing_like_it", 7)
type(1) is int, type("a") == str, type([]) is list, type(()) in (list, tuple), type(1).__name__
slice(1, 5, 2).start, slice(3).stop, slice(1, 2, 4).step, list(range(10))[slice(1, 8, 3)]
"aBc".lower(), "aBc".upper(), "ab cd".title(), "ab".capitalize(), " x ".strip(), "xxaxx".strip("x"), "ax".rstrip("x"), "xa".lstrip("x")
"a,b,c".split(","), "a b  c".split(), "a,b,c".split(",", 1), "a,b,c".rsplit(",", 1), "a\\nb".splitlines(), "a=b".partition("=")
"conv1_bn".startswith("conv"), "x.weight".endswith((".weight", ".bias")), "abcabc".find("c"), "abcabc".rfind("c"), "abc".index("b"), "aab".count("a")
"a-b-c".replace("-", "_"), "a-b-c".replace("-", "", 1), "-".join(["a", "b"]), ", ".join(str(i) for i in range(3)), "".join([])
"12".isdigit(), "ab".isalpha(), "a1".isalnum(), "abc".islower(), "ABC".isupper(), " ".isspace(), "a_b".isidentifier()
"ab".center(6, "*"), "ab".ljust(4) + "|", "ab".rjust(4), "7".zfill(3), "prefix_x".removeprefix("prefix_"), "x.py".removesuffix(".py")
"{} {}".format(1, "a"), "{0}-{1}-{0}".format("a", "b"), "{x:.1f}".format(x=2.55), "{:>5}|{:<5}|{:^5}".format(1, 2, 3), "{a[0]}".format(a=[4])
"%s-%d" % ("a", 3), "%5.2f" % 3.14159, "%s" % "x", "%(a)s" % {"a": 1}, "%03d%%" % 7, "%s" % [1, 2], "%r" % "q"
f"{1 + 1}", f"{'a'!r}", f"{3.14159:.3f}", f"{5:03d}", f"{[1, 2]}", f"layer{2}", f"{'x':>3}", f"{10:x}", f"{(1, 2)}", f"{None}", f"{1.0}"
"abc"[0], "abc"[-1], "abc"[1:], "abc"[::-1], "a" * 3, "a" + "b", "b" in "abc", "abc" < "abd"
"abc".encode(), "ab".translate({97: "x"}), "a".casefold(), "Ab".swapcase(), "a\\tb".expandtabs(4)
[1, 2, 3].index(2), [1, 2, 1].count(1), (1, 2, 3).index(3), (1, 1).count(1), [1, 2].copy(), ["a", "b"].index("b")
{"a": 1}.get("a"), {"a": 1}.get("b"), {"a": 1}.get("b", 3), {1: 2}.items(), {1: 2}.values(), list({1: 2}.keys()), {"a": 1, "b": 2}.keys() & {"a"}
dict.fromkeys("ab"), dict.fromkeys([1, 2], 0), {"a": 1} | {"b": 2}, {**{"a": 1}, "b": 2}
{1, 2} | {3}, {1, 2} & {2}, {1, 2} - {2}, {1, 2} ^ {2, 3}, {1}.union([2], (3,)), {1, 2}.intersection([1]), {1, 2}.difference([1]), {1}.issubset({1, 2})
{1, 2}.issuperset([1]), {1}.isdisjoint({2}), {1, 2}.symmetric_difference([2, 3]), 1 in {1, 2}
(5).bit_length(), (2.0).is_integer(), (2.5).is_integer(), (0.5).as_integer_ratio(), int.from_bytes(b"\\x01\\x02", "big")
math.ceil(2.1), math.floor(-2.1), math.ceil(3), math.trunc(-2.7), math.sqrt(16), math.log(8, 2), math.log2(8), math.log10(100), math.log(math.e)
math.prod([2, 3, 4]), math.prod([]), math.prod([2], start=5), math.gcd(12, 18), math.lcm(4, 6), math.gcd(4, 6, 10), math.isqrt(17), math.hypot(3, 4)
math.pi, math.inf, math.e, math.isinf(math.inf), math.isclose(0.1 + 0.2, 0.3), math.isnan(math.nan), math.fabs(-2), math.exp(0), math.sin(0), math.pow(2, 3)
math.factorial(5), math.comb(5, 2), math.perm(4, 2), math.erf(0.5), math.copysign(1, -2), math.fmod(7, 3), math.degrees(math.pi), math.atan2(1, 1)
operator.add(1, 2), operator.mul(3, 4), operator.itemgetter(1)([5, 6]), operator.itemgetter(0, 2)("abc"), operator.getitem([1, 2], 0), operator.neg(3)
operator.truediv(1, 2), operator.eq(1, 1), operator.contains([1], 1), operator.not_([]), operator.methodcaller("upper")("a"), operator.xor(6, 3)
sorted([(2, "a"), (1, "b")], key=operator.itemgetter(0)), reduce(operator.mul, [1, 2, 3, 4]), operator.attrgetter("real")(3)
list(itertools.chain([1], (2, 3), "a")), list(itertools.chain.from_iterable([[1], [2, 3]])), list(itertools.product([1, 2], "ab")), list(itertools.product([0, 1], repeat=2))
list(itertools.repeat(7, 3)), list(itertools.accumulate([1, 2, 3])), list(itertools.accumulate([1, 2, 3], operator.mul)), list(itertools.accumulate([1], initial=5))
list(itertools.islice([1, 2, 3, 4], 2)), list(itertools.islice(range(10), 2, 8, 3)), list(itertools.islice(itertools.count(5), 3)), list(itertools.islice([1, 2], None))
list(itertools.zip_longest([1, 2], [3])), list(itertools.zip_longest([1], [2, 3], fillvalue=0)), list(zip(itertools.count(), "ab")), list(zip("ab", itertools.count(1, 2)))
list(itertools.islice(itertools.cycle([1, 2]), 5)), list(zip("abc", itertools.cycle([0, 1]))), list(zip(itertools.repeat(1), [2, 3]))
list(itertools.starmap(pow, [(2, 3), (3, 2)])), list(itertools.combinations([1, 2, 3], 2)), list(itertools.permutations([1, 2, 3], 2)), list(itertools.permutations("ab"))
list(itertools.combinations_with_replacement("ab", 2)), list(itertools.pairwise([1, 2, 3])), list(itertools.takewhile(lambda x: x < 3, [1, 2, 3, 1])), list(itertools.dropwhile(lambda x: x < 3, [1, 3, 1]))
[(k, list(g)) for k, g in itertools.groupby([1, 1, 2])], [(k, list(g)) for k, g in itertools.groupby("aAb", key=str.lower)], list(itertools.filterfalse(None, [0, 1])), list(itertools.compress("abc", [1, 0, 1]))
[list(t) for t in itertools.tee([1, 2])], [list(t) for t in itertools.tee(iter("ab"), 3)]
partial(int, base=2)("101"), partial(max, 3)(5), partial(lambda a, b=1: (a, b), b=4)(2), reduce(lambda a, b: a + b, [1, 2, 3]), reduce(lambda a, b: a * b, [], 7)
OrderedDict([("a", 1), ("b", 2)]), OrderedDict(a=1).get("a"), list(OrderedDict([(2, 1), (1, 1)])), Counter("aab")["a"], Counter("aab").most_common(1), Counter([1, 1])[1]
list(deque([1, 2])), deque([1, 2, 3]).pop(), deque([1, 2]).popleft(), Counter(a=2), sorted(Counter("aab").elements())
copy.copy([1, [2]]), copy.deepcopy({"a": [1, {"b": 2}]}), copy.deepcopy((1, [2])), copy.copy({1}), copy.deepcopy(5)
os.path.join("a", "b.py"), os.path.basename("/x/y.z"), os.path.splitext("a/b.pth"), os.path.dirname("a/b/c"), os.sep
re.sub(r"[^a-z]", "_", "a-b c"), re.match(r"(\\d+)x(\\d+)", "3x4").groups(), re.search(r"b+", "abbc").group(), re.search(r"z", "abc"), re.findall(r"\\d", "a1b2")
re.split(r"[,;]", "a,b;c"), re.compile(r"l(\\d+)").match("l12").group(1), re.match(r"(?P<n>\\w)", "x").groupdict(), re.fullmatch("a", "ab"), re.search("b", "abc").span(), re.match("(a)", "a")[1]
string.digits, string.ascii_lowercase, string.ascii_letters, string.punctuation, string.whitespace, string.printable, string.hexdigits
json.loads('{"a": [1, 2.5, null, true]}'), json.dumps({"a": [1, None]}), json.dumps([1], indent=1)
typing.cast(int, "a"), typing.TYPE_CHECKING
type("A", (), {"x": 3})().x, type("B", (object,), {"f": lambda self: 4})().f()
[*range(3), *"ab"], {**dict(a=1)}, (*[1], 2), [x for x in range(3) if x], {k: v for k, v in zip("ab", [1, 2])}, {x % 2 for x in range(5)}
str.lower("AB"), list(map(str.strip, [" a", "b "])), str.join("-", ["a", "b"]), dict.get({"a": 1}, "a"), list.index([1, 2], 2), int.bit_length(8)
(3).__add__(4), (7).__floordiv__(2), "a".__len__(), [1, 2].__len__(), {"a": 1}.__contains__("a"), (1, 2).__getitem__(0), [1].__add__([2]), (2.5).__mul__(2)
isinstance(ValueError("x"), ValueError), str(ValueError("message")), ValueError("a", 1).args, issubclass(bool, bool)
""".strip().splitlines()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_has_the_value_that_python_gives_it(expression: str) -> None:
    same_as_python(f"r = ({expression},)")


CORE = {
    "a set display keeps the first of equal items, in CPython's order": "r = (list({5, 1, 3}), len({1, True, 1.0}))",
    "attributes of a slice that are None, and its methods": "r = (slice(3).start, slice(1, 2).step, slice(None, None, -1).indices(5))",
    "in-place operators of lists, sets and dicts change the object": """
a = [1]; b = a; a *= 2; s = {1}; t = s; s |= {2}; d = {1: 1}; e = d; d |= {2: 2}
r = (a, b, t, e)
""",
    "__dict__ is the object's own table": """
class Box:
    def __init__(self, **kw): self.__dict__.update(kw)
r = Box(a=1).a
""",
    "an alias of an enum member is not listed again": """
class C(Enum):
    A = 1
    B = 1
r = ([c.name for c in C], len(C), C.A is C.B)
""",
    "unpacking a subclass of dict": """
class D(dict): pass
def f(**k): return k
r = ({**D(a=1)}, f(**D(b=2)))
""",
    "a member of a str or int enum equals its value from the left, and finds it in a dict": """
class M(str, Enum):
    A = "a"
r = ("a" == M.A, M.A in {"a": 1}, {"a": 5}[M.A], "a" in [M.A])
""",
    "a set equals one made in another order": "r = ({'b', 'a'} == {'a', 'b'}, {2, 1} != {1, 2})",
    "a dict equals one with equal values": "r = ({'a': 1} == {'a': 1}, {'a': 1} == {'a': 2}, {'a': [1]} != {'a': [1]})",
    "a tuple equals a named tuple": "P = namedtuple('P', 'x y')\nr = ((1, 2) == P(1, 2), (1, 2) < P(1, 3))",
    "attributes of functions": """
def f(a, b=1): 'doc'
class A:
    def g(self): pass
r = (f.__module__, f.__doc__, f.__defaults__, A.__module__, A().__module__, A().g.__name__, A.g.__qualname__, f.__class__.__name__)
""",
    "a missing key of a Counter is not added by reading it": "c = Counter('a')\nx = c['zz']\nr = (x, dict(c))",
    "comparing what has no order raises TypeError": "try:\n    r = [1] < ['a']\nexcept TypeError:\n    r = 'TypeError'",
}


@pytest.mark.parametrize("behaviour", CORE)
def test_behaviour_that_the_core_decides(behaviour: str) -> None:
    same_as_python(CORE[behaviour])


PROGRAMS = {
    "list methods": """
r = [3, 1]
r.append(2); r.extend((5, 4)); r.insert(1, 9); a = r.pop(); b = r.pop(0); r.remove(9); r.sort(); r.reverse()
s = sorted(r, key=lambda v: -v); r.sort(key=lambda v: v % 3, reverse=True)
t = [1, 2]; t.clear(); u = r[:]; u[0] = "x"; u[1:2] = [7, 8]; del u[0]
r = (r, a, b, s, t, u)
""",
    "aliases of a list": """
a = [1]; b = a; b.append(2); c = a.copy(); c.append(3); d = [[]] * 2; d[0].append(1)
r = (a, b, c, d, a is b)
""",
    "list augmented": "r = [1]\ns = r\nr += (2,)\nr = (r, s)",
    "deque methods": """
d = deque([1, 2]); d.appendleft(0); d.append(3); d.extendleft([8, 9]); a = d.popleft(); d.rotate(1); b = d.pop()
r = (d, a, b, len(d))
""",
    "dict methods": """
d = {"a": 1, "b": 2}
d["c"] = 3; a = d.pop("a"); b = d.pop("zz", None); c = d.setdefault("x", []); c.append(1); e = d.setdefault("b", 5)
d.update({"b": 7}, k=1); d.update([("m", 2)]); f = d.popitem(); del d["k"]; g = d.copy(); g.clear()
r = (d, a, b, e, f, g, "c" in d, "a" not in d, list(d), [k for k, v in d.items()])
""",
    "kwargs defaults": """
def block(cin, **kwargs):
    norm = kwargs.pop("norm", "bn")
    kwargs.setdefault("bias", False)
    return norm, kwargs, dict(kwargs, extra=1)
r = block(3, norm="ln", stride=2), block(1)
""",
    "OrderedDict": """
d = OrderedDict(); d["b"] = 1; d["a"] = 2; d.move_to_end("b"); e = list(d.items()); d.move_to_end("b", last=False); f = d.popitem(last=False)
r = (e, f, d)
""",
    "defaultdict": """
d = defaultdict(list); d["a"].append(1); d["a"].append(2); d["b"]; e = defaultdict(int)
for c in "aab": e[c] += 1
r = (dict(d), dict(e), d.get("zz"))
""",
    "Counter": """
c = Counter("abca"); c.update("aa"); c["z"] += 1
r = (c["a"], c["z"], c.most_common(1), dict(c), sum(c.values()))
""",
    "set methods": """
s = {1, 2}; s.add(3); s.add(1); s.discard(9); s.remove(2); s.update([7], {8}); t = s.copy(); t.clear(); u = set(s); u.difference_update([7]); u |= {0}
r = (s, t, u, len(s), 3 in s)
""",
    "iterators are used up": """
it = iter([1, 2, 3]); a = next(it); b = list(it); c = list(it); d = next(it, None)
z = zip([1, 2], [3, 4]); e = list(z); f = list(z); m = map(str, [1]); g = next(m); n = iter(m) is m
r = (a, b, c, d, e, f, g, n)
""",
    "endless counter": """
ids = itertools.count(10, 5); a = next(ids); b = next(ids); c = list(itertools.islice(ids, 2)); d = next(ids)
r = (a, b, c, d, [i for i, _ in zip(itertools.count(), "ab")])
""",
    "islice leaves the rest": "it = iter([1, 2, 3, 4, 5])\na = list(itertools.islice(it, 2))\nr = (a, list(it))",
    "generators": """
def channels(c, n):
    for i in range(n):
        yield c * 2 ** i
g = channels(8, 4); first = next(g); r = (first, list(g), sum(channels(1, 3)), dict(enumerate(channels(2, 2))))
""",
    "comprehensions with builtins": """
dims = [64, 128, 256]
r = ([(a, b) for a, b in zip(dims[:-1], dims[1:])], {f"layer{i}": d for i, d in enumerate(dims)}, [d for d in reversed(dims)], [sum(dims[:i]) for i in range(len(dims))])
""",
    "setattr and getattr": """
class Box: pass
b = Box(); setattr(b, "x", 1); c = getattr(b, "x"); d = getattr(b, "y", None); e = hasattr(b, "x"), hasattr(b, "y"); delattr(b, "x"); f = hasattr(b, "x")
b.z = 5; g = b.z; b2 = Box(); vars(b2)["q"] = 4; h = b2.q; i = vars(b2)
r = (c, d, e, f, g, h, i)
""",
    "exceptions of missing things": """
out = []
for action in (lambda: [][0], lambda: {}["a"], lambda: int("x"), lambda: [].pop(), lambda: next(iter([])), lambda: max([]), lambda: 1 / 0, lambda: "abc".index("z"),
               lambda: getattr(1, "nothing"), lambda: [1].remove(2), lambda: math.sqrt(-1), lambda: math.log(0), lambda: range(1, 2, 0), lambda: int([1]), lambda: len(5),
               lambda: sorted([1, "a"]), lambda: {}.pop("a"), lambda: dict([1]), lambda: "%d" % "a", lambda: {[1]: 2}.get([1]), lambda: reduce(max, []), lambda: None.x,
               lambda: ord("ab"), lambda: tuple(5), lambda: set().pop(), lambda: OrderedDict().popitem()):
    try:
        action()
        out.append("none")
    except IndexError: out.append("IndexError")
    except KeyError: out.append("KeyError")
    except ValueError: out.append("ValueError")
    except ZeroDivisionError: out.append("ZeroDivisionError")
    except AttributeError: out.append("AttributeError")
    except StopIteration: out.append("StopIteration")
    except TypeError: out.append("TypeError")
r = out
""",
    "partial": """
def conv(cin, cout, k=3, *, bias=True): return cin, cout, k, bias
c1 = partial(conv, k=1, bias=False); c2 = partial(c1, 8)
r = (c1(1, 2), c2(4), c1.func is conv, c1.keywords, c2(3, k=9))
""",
    "wraps and caches": """
def deco(f):
    @wraps(f)
    def inner(*a, **k): return f(*a, **k) + 1
    return inner
@deco
def one(): return 1
@lru_cache(maxsize=None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
@functools.cache
def two(): return 2
fib.cache_clear()
r = (one(), one.__name__, fib(10), two())
""",
    "cached_property and property": """
class A:
    def __init__(self): self._x = 3
    @functools.cached_property
    def c(self): return self._x * 2
    @property
    def x(self): return self._x
    @x.setter
    def x(self, v): self._x = v + 1
    @staticmethod
    def s(v): return v
    @classmethod
    def k(cls, v): return cls.__name__, v
    y = property(lambda self: 5)
a = A(); c = a.c; a.x = 10
r = (c, a.x, a.s(1), A.s(2), a.k(3), A.k(4), a.y)
""",
    "total_ordering": """
@functools.total_ordering
class V:
    def __init__(self, n): self.n = n
    def __eq__(self, o): return self.n == o.n
    def __lt__(self, o): return self.n < o.n
r = (V(1) < V(2), V(1) > V(2), V(1) <= V(1), V(2) >= V(3), max([V(1), V(5), V(3)]).n, [v.n for v in sorted([V(3), V(1)])])
""",
    "namedtuple": """
P = namedtuple("P", "x y"); Q = namedtuple("Q", ["a", "b"], defaults=[5])
p = P(1, y=2); q = Q(3); a, b = p; s = p._replace(x=9)
r = (p.x, p[1], len(p), a, b, tuple(p), s.x, q.b, p._asdict(), P._fields, P._make([7, 8]).y, p == P(1, 2), p + (3,), 1 in p, [*p], isinstance(p, tuple), max(p), p.index(2), sum(p))
""",
    "namedtuple subclass": """
class P(namedtuple("P", ["x", "y"])):
    __slots__ = ()
    def __new__(cls, x, y=4): return super().__new__(cls, x, y)
    @property
    def area(self): return self.x * self.y
p = P(3); r = (p.x, p.y, p.area, tuple(p), len(p))
""",
    "NamedTuple": """
class Cfg(NamedTuple):
    cin: int
    cout: int = 8
    act: Optional[str] = None
    def double(self): return self.cout * 2
c = Cfg(3); i, o, a = Cfg(1, 2, act="relu")
r = (c.cin, c.cout, c.act, i, o, a, c.double(), c[0], tuple(c), Cfg._fields, c._replace(cin=5).cin, [x for x in c], c == (3, 8, None))
""",
    "typed NamedTuple call": 'P = NamedTuple("P", [("x", int), ("y", int)])\nr = (P(1, 2).y, tuple(P(x=3, y=4)))',
    "dataclass": """
@dataclass
class Base:
    dim: int = 8
    names: list = field(default_factory=list)
@dataclass
class Cfg(Base):
    depth: int = 2
    total: int = field(init=False, default=0)
    KIND: typing.ClassVar[str] = "k"
    def __post_init__(self): self.total = self.dim * self.depth
a, b = Cfg(), Cfg(16, ["x"], depth=3); a.names.append(1); c = dataclasses.replace(b, dim=1)
r = (a.dim, a.names, b.total, b.names, c.total, c.depth, Cfg().names, dataclasses.asdict(b), [f.name for f in dataclasses.fields(Cfg)], dataclasses.is_dataclass(a), dataclasses.is_dataclass(3), Cfg.KIND,
     a == Cfg(), Cfg() == Cfg(), dataclasses.astuple(b))
""",
    "dataclass fields that do more than store": """
class Doubled:
    def __set_name__(self, owner, name): self.name = "_" + name
    def __get__(self, value, owner=None): return 1 if value is None else getattr(value, self.name)
    def __set__(self, value, new): setattr(value, self.name, new * 2)
@dataclass
class A:
    x: int = Doubled()
@dataclass
class B:
    x: int = 1
    def __setattr__(self, name, new): object.__setattr__(self, name, new + 1)
@dataclass
class C:
    __slots__ = ("x",)
    x: int
@dataclass
class D(B):
    y: int = 5
@dataclass
class E:
    x: int
class F(E):
    x = property(lambda self: self.kept, lambda self, new: setattr(self, "kept", new * 3))
r = (A(4).x, B(2).x, B().x, C(3).x, D(2).x, D(2).y, E(1).x, F(2).x)
""",
    "dataclass keyword only": """
@dataclass(frozen=True, kw_only=True)
class A:
    x: int
    y: int = 2
@dataclass(frozen=True)
class B:
    p: int
    _: dataclasses.KW_ONLY
    q: int = 5
@dataclass
class C:
    a: int
    scale: dataclasses.InitVar[int] = 2
    b: int = 0
    def __post_init__(self, scale): self.b = self.a * scale
def fails(f):
    try: f()
    except TypeError: return True
    return False
r = (A(x=1).y, B(1, q=2).q, C(3).b, C(3, 5).b, fails(lambda: A(1)), fails(lambda: A()), fails(lambda: B(1, 2)), fails(lambda: B(1, z=2)))
""",
    "dataclass nested": """
@dataclass
class S:
    c: int
@dataclass
class N:
    s: S
    l: List[S]
    d: dict
r = dataclasses.asdict(N(S(1), [S(2)], {"k": S(3)}))
""",
    "Enum": """
class Color(Enum):
    RED = 1
    GREEN = 2
    def nice(self): return self.name.lower()
r = (Color.RED.value, Color.RED.name, Color(2).name, Color["GREEN"].value, [c.name for c in Color], len(Color), Color.RED == Color.GREEN, Color.RED == 1, Color.RED.nice(),
     Color.RED in (Color.RED, Color.GREEN), isinstance(Color.RED, Color), f"{Color.RED}", {Color.RED: 5}[Color.RED], list(Color.__members__), Color.GREEN in Color, {Color.RED: 1}.get(Color.GREEN, 0))
""",
    "enum kinds": """
class K(IntEnum):
    A = auto()
    B = auto()
    C = 10
    D = auto()
class F(enum.Flag):
    X = auto()
    Y = auto()
    Z = auto()
class M(str, Enum):
    S = "same"
    V = "valid"
class T(Enum):
    EARTH = (1, 2)
    def __init__(self, a, b): self.total = a + b
r = ([k.value for k in K], K.B == 2, [f.value for f in F], M.S == "same", M("valid").name, M.S.upper(), T.EARTH.total, T.EARTH.value, int(K.C), max(K.A, K.B).name, M.S.value, K.A < K.B, len(M.V), K.A < 3)
""",
    "functional enum": 'E = Enum("E", "A B")\nr = (E.A.value, E.B.name, [e.value for e in E])',
    "deepcopy": """
class N:
    def __init__(self): self.items = [1]; self.me = self
a = N(); b = copy.deepcopy(a); b.items.append(2); c = copy.copy(a); c.items.append(3); shared = [1]; d = copy.deepcopy([shared, shared]); d[0].append(2)
r = (a.items, b.items, b.me is b, c.items is a.items, c is a, d, shared)
""",
    "own copy": """
class N:
    def __init__(self, v): self.v = v
    def __copy__(self): return N(self.v + 1)
    def __deepcopy__(self, memo): return N(self.v + 10)
r = (copy.copy(N(1)).v, copy.deepcopy(N(1)).v, copy.deepcopy([N(2)])[0].v)
""",
    "subclass of dict": """
class Config(dict):
    def __getattr__(self, name):
        if name in self: return self[name]
        raise AttributeError(name)
    def __setattr__(self, name, value): self[name] = value
c = Config(a=1, b=[2]); c["x"] = 5; c.y = 6
r = (c.a, c["b"], c.x, len(c), "x" in c, list(c), c.get("zz", 0), dict(c), [k for k, v in c.items()], c.y)
""",
    "subclass of list": """
class Stack(list):
    def top(self): return self[-1]
s = Stack([1, 2]); s.append(3)
r = (s.top(), len(s), [x for x in s], s[0], 2 in s, s.pop(), sum(s))
""",
    "SimpleNamespace": 'n = types.SimpleNamespace(a=1, b="x")\nn.c = 3\nr = (n.a, n.b, n.c, hasattr(n, "a"))',
    "argparse": """
parser = argparse.ArgumentParser(description="x")
parser.add_argument("--lr", type=float, default=0.1); parser.add_argument("--num-layers", "-n", type=int, default="4"); parser.add_argument("--flag", action="store_true")
group = parser.add_argument_group("g"); group.add_argument("--off", dest="on", action="store_false"); group.add_argument("--name", default="unet", choices=["unet", "vgg"])
parser.set_defaults(extra=7)
args = parser.parse_args([])
r = (args.lr, args.num_layers, args.flag, args.on, args.name, args.extra, getattr(args, "lr"), vars(args)["name"])
""",
    "logging and warnings": """
log = logging.getLogger(__name__); log.setLevel(logging.INFO)
warnings.filterwarnings("ignore")
logging.disable(100)
r = (log.info("x %s", 1), print(end=""), warnings.warn("w"), logging.WARNING, log.debug("d"))
""",
    "contexts": """
out = []
with contextlib.nullcontext(5) as v: out.append(v)
with warnings.catch_warnings(): warnings.simplefilter("ignore"); out.append(1)
with contextlib.ExitStack() as stack: out.append(stack.enter_context(contextlib.nullcontext(3)))
with contextlib.suppress(KeyError): out.append(2)
r = out
""",
    "abstract classes": """
import abc
class Base(abc.ABC):
    @abc.abstractmethod
    def f(self): ...
    @property
    @abc.abstractmethod
    def g(self): ...
class D(Base):
    def f(self): return 1
    @property
    def g(self): return 2
r = (D().f(), D().g, isinstance(D(), Base), issubclass(D, Base))
""",
    "sentinel objects": "m = object()\ndef f(x=m): return x is m\nr = (f(), f(1), isinstance(m, object))",
    "registry": """
REG = {}
def register(name=None):
    def deco(f):
        REG[name or f.__name__] = f
        return f
    return deco
@register()
def small(): return 1
@register("big")
def other(): return 2
r = (sorted(REG), REG["small"](), REG["big"](), {k: v() for k, v in REG.items()}, REG.get("none"))
""",
    "exceptions of the user's": """
class MyError(ValueError):
    def __init__(self, msg, code=0):
        super().__init__(msg); self.code = code
def f():
    raise MyError("bad", 3)
try: f(); r = 0
except (KeyError, ValueError): r = 1
e = MyError("m", 4); r = (r, e.code, e.args, isinstance(e, ValueError), isinstance(e, KeyError))
""",
    "str of objects": """
class A:
    def __repr__(self): return "A!"
class B(A):
    def __str__(self): return "B."
r = (str(A()), repr(B()), str(B()), f"{A()}", f"{B()!r}", "%s" % B(), "{}".format(A()), f"{B():>4}" if False else "")
""",
    "dunders of objects": """
class Seq:
    def __init__(self, items): self.items = items
    def __len__(self): return len(self.items)
    def __getitem__(self, i): return self.items[i]
    def __iter__(self): return iter(self.items)
    def __contains__(self, x): return x in self.items
    def __abs__(self): return 7
    def __int__(self): return 9
    def __call__(self, x): return x
s = Seq([1, 2, 3]); r = (len(s), s[0], list(s), 2 in s, sum(s), bool(s), list(reversed([*s])), abs(s), int(s), callable(s), max(s), [i for i in enumerate(s)], list(zip(s, s)), tuple(map(str, s)), sorted(s, reverse=True))
""",
    "own iterator": """
class Up:
    def __init__(self, n): self.n, self.i = n, 0
    def __iter__(self): return self
    def __next__(self):
        self.i += 1
        if self.i > self.n: raise StopIteration
        return self.i
u = Up(3); a = next(u); b = next(u); r = (a, b)
""",
    "typing at run time": """
from typing import Any, Callable, Dict, Generic, Protocol, TypeVar, Union, overload
T = TypeVar("T")
Size = Union[int, Tuple[int, int]]
class Box(Generic[T]):
    def __init__(self, v: T): self.v = v
class P(Protocol):
    def f(self) -> int: ...
UserId = typing.NewType("UserId", int)
@overload
def g(x: int) -> int: ...
def g(x): return x
r = (Box(3).v, UserId(4), g(5), typing.TYPE_CHECKING)
""",
    "enumerate over dict items": "r = [(i, k, v) for i, (k, v) in enumerate({'a': 1, 'b': 2}.items(), 1)]",
    "ntuple": """
def ntuple(n):
    def parse(x):
        if isinstance(x, collections.abc.Iterable) and not isinstance(x, str): return tuple(x)
        return tuple(itertools.repeat(x, n))
    return parse
to_2tuple = ntuple(2); r = (to_2tuple(3), to_2tuple((1, 2)), to_2tuple([4, 5]))
""",
    "inspect": """
import inspect
def f(a, /, b, *args, c=3, **kw): pass
@wraps(f)
def g(*a, **k): pass
class A:
    def __init__(self, x, y=2): self.x = x
    def m(self, z): pass
p = inspect.signature(f).parameters
r = (list(p), [q.name for q in p.values() if q.kind == q.KEYWORD_ONLY], p["c"].default, p["b"].default is inspect.Parameter.empty, list(inspect.signature(A).parameters), "y" in inspect.signature(A.__init__).parameters,
     list(inspect.signature(A(1).m).parameters), list(inspect.signature(g).parameters), inspect.isfunction(f), inspect.isclass(A), inspect.isclass(f), inspect.ismethod(A(1).m), inspect.isfunction(3),
     inspect.getfullargspec(f).args, inspect.getfullargspec(f).varkw, next(i for i, q in enumerate(p.values()) if q.kind == inspect.Parameter.VAR_POSITIONAL))
""",
    "locals and globals": """
LIMIT = 5
def f(a, b=2):
    c = a + b
    return [k for k in locals()], globals()["LIMIT"], "f" in globals(), locals()["c"]
globals()["made"] = 7
r = (f(1), made, vars()["LIMIT"])
""",
    "isinstance of functions": """
class A: pass
f = lambda: 0
r = (isinstance(f, A), isinstance(partial(f), A), isinstance(f, str), isinstance(A, type), isinstance(int, type), isinstance(f, type), isinstance(A(), object), isinstance(f, (A, str)), isinstance(len, A))
""",
    "make divisible": """
def make_divisible(v, divisor=8, min_value=None, round_limit=.9):
    min_value = min_value or divisor
    new_v = max(min_value, int(v + divisor / 2) // divisor * divisor)
    if new_v < round_limit * v: new_v += divisor
    return new_v
r = [make_divisible(v) for v in (1, 3.5, 16, 30, 37.3, 100.1)]
""",
    "decoded block strings": """
def decode(s):
    ops = s.split("_"); options = {}
    for op in ops[1:]:
        splits = re.split(r"(\\d.*)", op)
        if len(splits) >= 2: options[splits[0]] = splits[1]
    return ops[0], {k: (float(v) if "." in v else int(v)) for k, v in options.items()}
r = decode("ir_r2_k3_s2_e6_c24_se0.25")
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_leaves_the_values_that_python_leaves(name: str) -> None:
    same_as_python(PROGRAMS[name])


# --- what is not known stays unknown -----------------------------------------------------------------------------------


@pytest.mark.parametrize("expression", """
len(u)
sorted([3, u])
sum([1, u])
max(1, u)
min([u, 2])
abs(u)
round(u)
int(u)
float(u)
str(u)
str([1, u])
bool(u)
range(u)
tuple(u)
enumerate(u)
zip([1], u)
map(str, u)
reversed(u)
any([0, u])
all([1, u])
"a".join(["b", u])
"{}".format(u)
"%s" % u
f"{u}"
"abc".replace("a", u)
[1, 2].index(u)
[u, 2].index(2)
[1, u].count(1)
{"a": 1}.get(u)
dict(u)["a"]
{**u}["a"]
math.sqrt(u)
math.prod([2, u])
math.ceil(u)
reduce(lambda a, b: a + b, [1, u])
isinstance(u, int)
hasattr(u, "x")
getattr(u, "x")
getattr([], u)
callable(u)
type(u)
next(u)
iter(u)
u.append(1)
copy.deepcopy(u)
re.match("a", u)
os.path.join("a", u)
random.random()
random.choice([1, 2])
os.environ["HOME"]
sys.argv
{1: 2}.pop(u)
{1, 2}.union(u).pop()
set([u]).pop()
list(u)[0]
next(iter(u))
[x for x in u][0]
list(itertools.chain([1], u))[0]
operator.add(1, u)
json.loads(u)
""".strip().splitlines())
def test_a_function_of_an_unknown_value_is_unknown(expression: str) -> None:
    found = result(f"r = {expression}", u=unknown())
    while isinstance(found, (IteratorObject, ListObject)):
        found = found.table["items"]
    assert isinstance(found, Unknown), found


@pytest.mark.parametrize("expression, expected", [
    ("any([1, u])", True), ("all([0, u])", False), ("len([u, u])", 2), ("(u, 3).index(u)", None), ("max([u])", None), ("[u, 2][1]", 2),
    ("{'a': u, 'b': 2}['b']", 2), ("dict(a=u, b=2)['b']", 2), ("list(zip([u], [5]))[0][1]", 5), ("sorted([u])", None), ("{'b': 2, **u}.get('b')", None),
    ("isinstance([u], list)", True), ("getattr(types.SimpleNamespace(a=1, b=u), 'a')", 1), ("len(list(map(lambda x: u, [1, 2, 3])))", 3),
    ("typing.cast(int, 5)", 5), ("next(iter([5, u]))", 5), ("[*reversed([u, 7])][0]", 7), ("list(enumerate([u, u]))[1][0]", 1), ("'ab'.upper()", "AB"),
    ("copy.deepcopy([u, 4])[1]", 4), ("itertools.chain([u], [3])", None), ("list(itertools.chain([u], [3]))[1]", 3), ("f'{1}'", "1"),
])
def test_what_does_not_depend_on_the_unknown_part_is_known(expression: str, expected: Any) -> None:
    found = result(f"r = {expression}", u=unknown())
    assert expected is None or found == expected


@pytest.mark.parametrize("change, left", [
    ("r.append(u)", 3), ("r.extend(u)", None), ("r.insert(u, 5)", None), ("r.pop(u)", None), ("r.remove(u)", None), ("r.sort(key=lambda v: u)", None), ("r += u", None),
    ("r[u] = 5", None), ("r.reverse()", 2), ("random.shuffle(r)", 2), ("r.insert(0, u)", 3), ("r.clear(); r.append(1)", 1),
])
def test_a_list_changed_in_an_unknown_way_has_unknown_items(change: str, left: int | None) -> None:
    items = result(f"r = [1, 2]\n{change}", u=unknown()).table["items"]
    assert isinstance(items, Unknown) if left is None else len(items) == left


@pytest.mark.parametrize("change", ["r.update(u)", "r.update([(u, 1)])", "r[u] = 3", "r.setdefault(u, 1)", "r.pop(u, None)", "r.update({**u})"])
def test_a_dict_changed_in_an_unknown_way_is_open(change: str) -> None:
    made = result(f"r = {{'a': 1}}\n{change}", u=unknown())
    assert isinstance(made.opaque["rest"], Unknown)
    assert isinstance(result(f"d = {{'a': 1}}\n{change.replace('r.', 'd.').replace('r[', 'd[')}\nr = d.get('zz', 5)", u=unknown()), Unknown)


def test_a_set_with_an_unknown_item_is_unknown() -> None:
    assert isinstance(result("r = {1}\nr.add(u)", u=unknown()).table["items"], Unknown)
    assert isinstance(result("r = {1, 2}\nr.discard(u)", u=unknown()).table["items"], Unknown)


SIZES = """
len(range(3)) + n                         | n + 3
int(n)                                    | n
round(n)                                  | n
abs(n)                                    | n
math.ceil(n)                              | n
math.floor(n // 2)                        | n//2
sum([n, 2, n])                            | 2*n + 2
math.prod([n, 2, 3])                      | 6*n
math.prod((n, n))                         | n*n
max(n, n)                                 | n
max(n + 2, n)                             | n + 2
min(n + 2, n, n + 1)                      | n
max(n, 1)                                 | n
max(1, n)                                 | n
divmod(n, 2)[0]                           | n//2
pow(n, 2)                                 | n*n
operator.mul(n, 3)                        | 3*n
reduce(operator.mul, [n, 4])              | 4*n
list(itertools.accumulate([n, 1]))[1]     | n + 1
[n, 2][0]                                 | n
dict(a=n)["a"]                            | n
tuple([n, 3])[0]                          | n
list(map(lambda v: v * 2, [n]))[0]        | 2*n
sorted([n + 1, n])[0]                     | n
sorted([n, n + 5, n + 2], reverse=True)[0] | n + 5
sorted([(n + 1, "a"), (n, "b")], key=lambda p: p[0])[0][1] | b
max([(n, "a"), (n + 1, "b")], key=lambda p: p[0])[1] | b
next(iter((n,)))                          | n
copy.deepcopy([n])[0]                     | n
n.bit_length()                            | unknown
float(n)                                  | unknown
str(n)                                    | unknown
range(n)                                  | unknown
math.sqrt(n)                              | unknown
max(n, 5)                                 | max(n, 5)
bool(n)                                   | True
isinstance(n, int)                        | True
n == n                                    | True
[n].index(n)                              | 0
n in [n]                                  | True
n in (1, 2)                               | unknown
(n).__mul__(2)                            | 2*n
""".strip().splitlines()


@pytest.mark.parametrize("line", SIZES)
def test_symbolic_sizes_go_through_functions(line: str) -> None:
    expression, expected = (part.strip() for part in line.rsplit("|", 1))
    found = result(f"r = {expression}", n=sym("n"))
    if expected == "unknown":
        assert isinstance(found, Unknown)
    else:
        assert str(found) == expected


def test_the_reason_of_the_first_unknown_value_is_kept() -> None:
    why = unknown("the argument of somebody")
    assert result("r = max(1, sum([2, u]))", u=why) is why


@pytest.mark.parametrize("expression", [
    "list(range(10**9))", "'a' * 10**9", "'a'.ljust(10**9)", "f'{1:1000000000}'", "10**10**8", "2 << 10**9", "math.factorial(10**7)", "list(itertools.product(range(1000), repeat=3))",
    "list(itertools.permutations(range(20)))", "bytes(10**10)", "[0] * 10**9", "sum(range(10**9))", "'{:1000000000}'.format(1)", "('a' * 1000).replace('a', 'b' * 100000)", "list(zip(itertools.count(), itertools.count()))",
    "list(itertools.repeat(0, 10**9))", "math.comb(10**6, 5 * 10**5)", "list(itertools.count())", "range(10**30)",
])
def test_huge_work_is_not_done(expression: str) -> None:
    found = result(f"r = {expression}")
    while isinstance(found, (IteratorObject, ListObject)):
        found = found.table["items"]
    assert isinstance(found, Unknown)


def test_an_option_among_several_goes_through_functions_of_constants() -> None:
    both = Alternatives(("relu", "gelu"))
    found = result("r = a.upper(), 'x_' + a, getattr(types.SimpleNamespace(relu=1, gelu=1), a), {'relu': 3, 'gelu': 3}.get(a), isinstance(a, str), len(a)", a=both)
    assert isinstance(found[0], Alternatives) and set(found[0].options) == {"RELU", "GELU"}
    assert found[2:] == (1, 3, True, 4)


def test_tensors_among_builtins() -> None:
    x = Tensor((2, 3, sym("h")), "float")
    found = result("r = len(x), [t.shape for t in x], isinstance(x, int), max(x.shape[0], 1), list(x.shape), sum(x.shape[:2]), math.prod(x.shape), tuple(x.shape)[-2:], int(x), max(x, x + 1)", x=x)
    assert found[0] == 2 and len(found[1].table["items"]) == 2 and found[2] is False and found[3] == 2 and found[5] == 5
    assert str(found[6]) == "6*h" and isinstance(found[8], Unknown) and isinstance(found[9], Unknown)


def test_a_command_line_argument_without_a_default_is_unknown() -> None:
    found = result("""
p = argparse.ArgumentParser()
p.add_argument("path"); p.add_argument("--size", type=int); p.add_argument("--dim", default=3)
a, rest = p.parse_known_args()
r = (a.path, a.size, a.dim, a.never_declared, rest, hasattr(a, "other"))
""")
    assert found[2] == 3 and all(isinstance(found[i], Unknown) for i in (0, 1, 3, 4, 5))


def test_numpy_numbers_and_arrays() -> None:
    found = result("""
import numpy as np, torch
a = np.zeros((1, 3, 8, 8), dtype=np.float32)
r = (np.prod([2, 3, 4]), int(np.prod(n)), np.sqrt(16), np.ceil(2.1), int(np.log2(8)), np.array([[1, 2, 3], [4, 5, 6]]).shape, np.array([1, 2]).tolist(), np.linspace(0, 1, 5).tolist(),
     [x for x in np.arange(3)], a.shape, torch.from_numpy(a), torch.from_numpy(np.random.randn(2, 5)), len(a), a.transpose(0, 2, 3, 1).shape, a.reshape(3, -1).shape, np.random.randint(0, 9, size=(4,)).shape,
     np.cumsum([1, 2, 3]).tolist(), np.linspace(16, 64, 4, dtype=int).tolist(), np.max([1, 5]), np.array(u), np.zeros(u), a * 2, np.random.rand(), a.ndim, np.array(a).shape, np.full((2,), 3).shape)
""", n=(sym("n"), 3), u=unknown())
    assert found[0] == 24 and str(found[1]) == "3*n" and found[2:5] == (4.0, 3.0, 3) and found[5] == (2, 3)
    assert found[6].table["items"] == (1, 2) and found[7].table["items"] == (0.0, 0.25, 0.5, 0.75, 1.0) and found[8].table["items"] == (0, 1, 2)
    assert found[9] == (1, 3, 8, 8) and found[10].shape == (1, 3, 8, 8) and found[10].dtype == "float" and found[11].shape == (2, 5)
    assert found[12] == 1 and found[13] == (1, 8, 8, 3) and found[14] == (3, 64) and found[15] == (4,)
    assert found[16].table["items"] == (1, 3, 6) and found[17].table["items"] == (16, 32, 48, 64) and found[18] == 5
    assert all(isinstance(found[i], Unknown) for i in (19, 20, 22)) and found[21].table["shape"] == (1, 3, 8, 8) and found[23:] == (4, (1, 3, 8, 8), (2,))


def test_numbers_of_numpy_are_those_numpy_computes() -> None:
    np = pytest.importorskip("numpy")
    for text in ("np.linspace(0, 0.1, 7)", "np.linspace(3, 10, 4)", "np.arange(2, 9, 3)", "np.cumsum([0.1, 0.2, 0.3])", "np.array([1, 2.5])", "np.linspace(16, 100, 6, dtype=int)", "np.array([True, 2])",
                 "np.arange(4) * 2.5 + 24", "np.round(np.arange(5) * 1.7 / 8) * 8", "(np.array([30, 41.5]) // 8 * 8).astype(int)", "np.power(2.5, np.arange(3))", "2 ** np.arange(4)", "np.unique([3, 1, 3])",
                 "np.concatenate([np.arange(2), [5, 6]])", "np.maximum(np.arange(4), 2)", "-1 + np.array([1, 2]) - 3", "np.array([1, 2]) > 1", "np.array([[1, 2], [3, 4]]) * np.array([[1, 0], [2, 1]])"):
        assert plain(result(f"import numpy as np\nr = ({text}).tolist()")) == plain(eval(text, {"np": np}).tolist()), text
    for text in ("np.prod([3, 4])", "np.sqrt(2)", "np.log(7.5)", "np.floor(-2.5)", "np.round(2.5)", "np.mean([1, 2])", "np.power(2, 5)", "np.sum([[1, 2], [3, 4]])", "np.log2(96)"):
        assert result(f"import numpy as np\nr = {text}") == eval(text, {"np": np}), text


def test_arrays_are_moved_joined_and_ordered_as_numpy_does() -> None:
    np = pytest.importorskip("numpy")
    for text in (
        "np.expand_dims([1, 2], 0)", "np.expand_dims([1, 2], (0, -1))", "np.squeeze([[[1], [2]]])", "np.squeeze([[[1], [2]]], axis=-1)", "np.transpose([[1, 2, 3], [4, 5, 6]])",
        "np.transpose([[[1, 2], [3, 4], [5, 6]]], (2, 0, 1))", "np.moveaxis([[[1, 2], [3, 4], [5, 6]]], -1, 0)", "np.moveaxis([[[1, 2], [3, 4], [5, 6]]], (0, 1), (2, 0))",
        "np.swapaxes([[1, 2, 3]], 0, 1)", "np.flip([[1, 2], [3, 4]])", "np.flip([[1, 2], [3, 4]], axis=1)", "np.stack([[1, 2], [3, 4.5]])", "np.stack([np.arange(3), np.arange(3) * 2], axis=-1)",
        "np.concatenate([[[1, 2]], [[3, 4], [5, 6]]])", "np.concatenate([[[1], [2]], [[3, 4], [5, 6.5]]], axis=1)", "np.vstack([[1, 2], [3, 4]])", "np.tile([1, 2], 2)", "np.tile([[1, 2]], (2, 1))",
        "np.tile([1, 2], (2, 2))", "np.repeat([1, 2], 2)", "np.repeat([[1, 2], [3, 4]], 2, axis=0)", "np.repeat([[1, 2], [3, 4]], 2)", "np.meshgrid([1, 2, 3], [4, 5])[0]", "np.meshgrid([1, 2, 3], [4, 5])[1]",
        "np.meshgrid([1, 2, 3], [4, 5], indexing='ij')[1]", "np.eye(2)", "np.eye(2, 3)", "np.sort([[3, 1, 2], [6, 5, 4]])", "np.argsort([3, 1, 2.5])", "np.argsort([[3, 1], [1, 2]])",
        "np.clip(np.arange(5), 1, 3)", "np.clip([0.5, 2.5], None, 1)", "np.where(np.arange(4) > 1, 7, np.arange(4))", "np.isnan([1.0, float('nan')])", "np.diff([1, 4, 9])", "np.arange(4).clip(1, 2)",
        "np.concatenate([np.arange(2), [5.5, 6]])", "np.linspace(0.0, 1, 3)",
    ):
        assert plain(result(f"import numpy as np\nr = ({text}).tolist()")) == plain(eval(text, {"np": np}).tolist()), text
    for text in ("np.allclose([1.0, 2], [1, 2.000001])", "np.allclose(1.0, 1.1)", "np.transpose(np.zeros((2, 3, 4)), (1, 2, 0)).shape", "np.moveaxis(np.ones((2, 3, 4)), 0, -1).shape",
                 "np.stack([np.ones((2, 3))] * 4, axis=1).shape", "np.concatenate([np.ones((2, 3)), np.ones((4, 3))]).shape", "np.expand_dims(np.arange(3), 0).shape",
                 "[len(part) for part in np.split(np.arange(6), 3)]", "[part.tolist() for part in np.split([1, 2, 3, 4], [1, 3])]", "[len(part) for part in np.split(np.arange(6), [3, 1])]"):
        assert plain(result(f"import numpy as np\nr = {text}")) == plain(eval(text, {"np": np})), text


def test_a_view_of_an_array_is_written_through() -> None:
    found = result("""
import numpy as np
a = np.arange(3); b = np.expand_dims(a, 0); b[0][1] = 7; c = np.arange(2); d = np.flip(c); c[0] = 9
r = (a.tolist(), b.shape, d.tolist(), np.argsort([1, 1]).tolist())
""")
    assert isinstance(found[0], Unknown) and found[1] == (1, 3) and isinstance(found[2], Unknown) and isinstance(found[3], Unknown)


def test_the_numbers_of_a_changed_array_are_not_known() -> None:
    found = result("""
import numpy as np
a = np.arange(3); a[0] = 5; b = np.array([[1, 2], [3, 4]]); b[0][1] = 7; c = np.arange(2); d = c.copy(); c.fill(3); e = np.arange(3); np.random.shuffle(e)
r = (a.tolist(), b.tolist(), c.tolist(), d.tolist(), e.tolist(), b.shape)
""")
    assert all(isinstance(found[i], Unknown) for i in (0, 1, 2, 4)) and plain(found[3]) == ["list", 0, 1] and found[5] == (2, 2)


def test_a_copied_module_is_a_new_module_of_the_same_shapes() -> None:
    found = result("""
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(3, 4)
        self.b = copy.deepcopy(self.a)
net = Net()
layers = nn.ModuleList([copy.deepcopy(net.a) for _ in range(3)])
twin = copy.deepcopy(net)
r = (net.a, net.b, len(layers), twin.a is net.a, twin.a)
""")
    assert found[0] is not found[1] and found[0].layer is found[1].layer and found[2] == 3 and found[3] is False
    assert found[0].hidden.get("name") == "a" and found[1].hidden.get("name") == "b" and found[4].hidden.get("name") == "a"


def test_user_classes_of_callables_and_layers() -> None:
    found = result("""
import torch.nn as nn
r = (callable(nn.ReLU), callable(nn.ReLU()), isinstance(nn.ReLU(), nn.Module), callable(nn.functional.relu), issubclass(nn.ReLU, nn.Module))
""")
    assert found[0] is True and found[1] is True and found[2] is True and found[3] is True


def test_a_branch_that_is_taken_back_leaves_containers_as_they_were() -> None:
    machine, scope = fresh()
    source = "a = [1]; d = {'k': 1}; s = {1}; it = iter([1, 2]); p = argparse.ArgumentParser()"
    execute(machine, ast.parse(IMPORTS + source).body, scope)
    mark = machine.heap.mark()
    change = "a.append(2); a.sort(); d.update(x=1); d.pop('k'); s.add(5); next(it); p.add_argument('--x', default=1); ns = p.parse_args(); a.clear(); d.setdefault('q', [])"
    execute(machine, ast.parse(change).body, scope)
    assert scope.table["ns"].table == {"x": 1}
    machine.heap.undo(mark)
    check = "r = (a, d, s, list(it), hasattr(p.parse_args(), 'x'))"
    execute(machine, ast.parse(check).body, scope)
    found = scope.table["r"]
    assert plain(found[:4]) == (["list", 1], {"dict": [("k", 1)]}, {"set": ["1"]}, ["list", 1, 2]) and isinstance(found[4], Unknown)


def test_a_module_is_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text("small = 3\n")
    program = Program([str(tmp_path)])
    text = "import sys, nets\nfound = nets.small\nsys.modules['nets'].extra = 4\nr = (sys.modules['nets'].small, nets.extra, sys.modules['nowhere'])"
    program.run(SourceFile(str(tmp_path / "main.py"), text, ast.parse(text)))
    assert program.main_scope is not None
    found = program.main_scope.table["r"]
    assert found[:2] == (3, 4) and isinstance(found[2], Unknown)


@pytest.mark.parametrize("seed", range(4))
def test_no_native_crashes_on_arguments_of_any_kind(seed: int) -> None:
    """Whatever is passed, a native returns a value or the program's exception."""
    random = Random(seed)
    machine, scope = fresh()
    machine.site = Site(ast.Pass(), scope, None)
    for name, call in ENTRIES:
        for count in (0, 1, 1, 2, 2, 3):
            args = [random.choice(VALUES)() for _ in range(count)]
            try:
                call(machine, list(args), {})
            except PyRaise:
                continue
            except Exception as error:
                raise AssertionError(f"{name}{tuple(args)}: {error!r}") from error


def of_class() -> Instance:
    cls = ClassValue("A", (), (), Place(SourceFile("a.py", "", ast.parse("")), ast.Pass()), Scope(SourceFile("a.py", "", ast.parse("")), "a"))
    cls.mro = (cls,)
    return Instance(cls)


load()
LIBRARY = "shapelint.interp.library"
COMPARISONS = ("lt", "le", "gt", "ge", "sorted", "min", "max", "sort", "in_order")
ENTRIES = [
    (name, native.call) for name, native in [*NATIVES.items(), *((".".join(key), found) for key, found in METHODS.items())]
    if native.call.__module__.startswith(LIBRARY) and name.rpartition(".")[2].strip("_") not in COMPARISONS
]
VALUES: list[Callable[[], Value]] = [
    *(lambda value=value: value for value in (
        None, True, 0, 2, -1, 2.5, math.nan, "ab", "", b"x", (), (1, 2), ("a", 1), ((1, 2),), range(3), ..., sym("n"), External("torch.nn.ReLU"), SliceValue(None, 1, None),
    )),
    unknown, lambda: Tensor((2, sym("h")), "float"), lambda: Tensor(None), ListObject, lambda: ListObject((1, "a")), lambda: ListObject(unknown()),
    lambda: ListObject((sym("n"), unknown())), lambda: DictObject({"a": 1}), lambda: DictObject({}, unknown()), lambda: DictObject({"a": 3}, kind="Counter"),
    lambda: SetObject((1, 2)), lambda: SetObject(unknown()), lambda: IteratorObject((1, 2)), lambda: IteratorObject(unknown()),
    lambda: Alternatives(("a", None)), lambda: Alternatives((1, 2)), of_class, lambda: of_class().cls, lambda: NATIVES["builtins.int"], lambda: NATIVES["builtins.len"],
    lambda: Partial(NATIVES["builtins.int"], (), {}), lambda: BoundMethod(NATIVES["builtins.len"], ()), lambda: Descriptor("property", None),
]


def test_natives_are_registered_under_their_qualified_names() -> None:
    load()
    for name in ("builtins.len", "math.prod", "itertools.chain.from_iterable", "collections.abc.Iterable", "functools.partial", "copy.deepcopy", "dataclasses.dataclass"):
        assert name in NATIVES
    for kind in ("builtins.int", "builtins.str", "builtins.list", "builtins.ValueError", "builtins.type", "collections.OrderedDict"):
        assert NATIVES[kind].is_type
    assert ("dict", "setdefault") in METHODS and ("list", "append") in METHODS and ("str", "__mod__") in METHODS


def test_a_class_made_by_a_call_is_a_class() -> None:
    made = result("r = namedtuple('P', 'x y')")
    assert isinstance(made, ClassValue) and made.kind == "namedtuple" and made.table["_fields"] == ("x", "y")


def test_an_exception_of_the_program_is_raised_as_one() -> None:
    with pytest.raises(PyRaise) as raised:
        interpret("[].pop()")
    assert raised.value.name == "IndexError"
    assert isinstance(sym("n"), Expr)


def test_fields_may_be_called_like_the_binders_own_parameters() -> None:
    same_as_python("@dataclass\nclass Call:\n    what: int\n    args: tuple\n    kwargs: int = 3\nc = Call(1, args=(1,))\nr = (c.what, c.args, c.kwargs)")


def test_addresses_are_quoted_and_taken_apart() -> None:
    head = "from urllib.parse import quote, unquote, urljoin\n"
    same_as_python(head + "r = unquote('net%2F64?a=1').split('?', 1)[0]")
    same_as_python(head + "r = urljoin('https://a.b/c/d', quote('e f'))")
