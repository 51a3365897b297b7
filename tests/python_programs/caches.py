import functools
from functools import cache, lru_cache, partial

import torch.nn as nn

calls = []


@lru_cache(maxsize=None)
def square(x, scale=1):
    """Squares."""
    calls.append(x)
    return x * x * scale


check("results", (square(2), square(2), square(3), square(2, scale=2), square(2, 2), square(x=2)))
check("calls", calls)
check("info", (square.cache_info().hits, square.cache_info().misses, square.cache_info().currsize, square.cache_info().maxsize, tuple(square.cache_info())))
check("wrapped", (square.__wrapped__(2), square.__name__, square.__doc__, calls))
square.cache_clear()
check("cleared", (square(2), calls, square.cache_info().misses))
check("parameters", square.cache_parameters())


@cache
def layer(size):
    return nn.Linear(size, size)


check("identity", (layer(3) is layer(3), layer(3) is layer(4), layer(2).in_features))


@cache
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


check("recursion", (fibonacci(12), fibonacci.cache_info().currsize))


@lru_cache
def names():
    calls.append("names")
    return ["a"]


names().append("b")
check("shared", (names(), calls.count("names")))
try:
    square([1])
except TypeError as error:
    check("unhashable", type(error).__name__)


@lru_cache(maxsize=2)
def small(x):
    calls.append(("small", x))
    return [x]


first = small(1)
small(2), small(1), small(3)
check("kept", (small(1) is first, small.cache_info()))
second = small(2)
check("evicted", ([c for c in calls if isinstance(c, tuple)], small.cache_info(), small(1) is first))


@lru_cache(maxsize=0)
def never(x):
    calls.append("never")
    return [x]


check("never", (never(1) is never(1), calls.count("never"), never.cache_info()))


@lru_cache(maxsize=None, typed=True)
def typed(x):
    return type(x).__name__


@lru_cache(maxsize=None)
def untyped(x, y=0):
    return type(x).__name__


check("typed", (typed(1), typed(1.0), typed(True), untyped(1), untyped(1.0), untyped(True), untyped(1, 1), untyped(True, 1)))


class Net:
    made = 0

    def __init__(self, width):
        self.width = width

    @lru_cache(maxsize=8)
    def build(self, depth):
        Net.made += 1
        return [self.width] * depth

    @staticmethod
    @lru_cache(maxsize=None)
    def table(n):
        Net.made += 10
        return list(range(n))

    @classmethod
    @cache
    def known(cls, name):
        Net.made += 100
        return [cls.__name__, name]

    @property
    @lru_cache(maxsize=1)
    def doubled(self):
        Net.made += 1000
        return [self.width * 2]


class Wide(Net):
    @lru_cache(maxsize=None)
    def build(self, depth):
        return super().build(depth) + [0]


one, other = Net(3), Net(4)
check("methods", (one.build(2) is one.build(2), other.build(2), one.build(3), Net.made))
check("static", (Net.table(3) is one.table(3), Net.made))
check("class", (Net.known("a") is Net.known("a"), Wide.known("a"), Net.made))
check("property", (one.doubled is one.doubled, other.doubled, Net.made))
check("super", (Wide(5).build(2), Net.build.cache_info().currsize))
Net.build.cache_clear()
check("method cleared", (one.build.cache_info().currsize, one.build(2)))

failures = []


@cache
def failing(x):
    failures.append(x)
    raise ValueError(x)


for _ in range(2):
    try:
        failing(1)
    except ValueError:
        pass
check("errors are not kept", (failures, failing.cache_info().misses))


def add(a, b):
    calls.append("add")
    return a + b


add = lru_cache(None)(add)
check("called", (add(1, 2), add(1, 2), calls.count("add"), list(map(add, [1, 1], [2, 2])), calls.count("add"), partial(add, 1)(2)))
memo = functools.lru_cache(maxsize=4)
keyed = memo(lambda *args, **kwargs: (args, kwargs))
check("keywords", (keyed(1, a=2) is keyed(1, a=2), keyed(a=1, b=2) is keyed(b=2, a=1), keyed.cache_info().currsize))


@functools.wraps(square)
def around(*args):
    return square(*args)


check("wraps", (around.__name__, around(5)))
check("is", (callable(square), square in {square: 1}, isinstance(square, functools.partial)))
