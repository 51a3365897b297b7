import contextlib
import io
import itertools
from contextlib import contextmanager, ExitStack, nullcontext, suppress, redirect_stdout, closing

log = []


def gen(n):
    log.append("start")
    for i in range(n):
        log.append(i)
        yield i
    log.append("end")
    return "done"


g = gen(3)
check("not started", list(log))
check("next", (next(g), list(log)))
check("rest", (list(g), list(log)))
check("exhausted", (next(g, "none"), list(g)))
try:
    next(g)
except StopIteration as e:
    check("stop", type(e).__name__)


def outer():
    got = yield from gen(2)
    yield got


check("yield from", list(outer()))


def echo():
    total = 0
    while True:
        x = yield total
        if x is None:
            return
        total += x


e = echo()
check("send", (next(e), e.send(5), e.send(6)))


def naturals():
    n = 0
    while True:
        yield n
        n += 1


check("islice", list(itertools.islice(naturals(), 4)))
check("zip inf", list(zip("abc", naturals())))
for k in naturals():
    if k > 5:
        break
check("break", k)
check("next cond", next(x for x in naturals() if x * x > 50))
check("takewhile", list(itertools.takewhile(lambda x: x < 4, naturals())))
check("enumerate inf", [i for i, _ in zip(naturals(), "ab")])
check("any", (any(x > 3 for x in naturals()), all(x < 3 for x in naturals())))
check("unpack", (lambda a, b, c: a + b + c)(*gen(3)))
order = []


def note(x):
    order.append(x)
    return x


lazy = (note(x) for x in range(3))
order.append("made")
check("genexp lazy", (next(lazy), list(order), list(lazy), list(order)))
closed = []


def cleanup():
    try:
        yield 1
        yield 2
    finally:
        closed.append("finally")


c = cleanup()
next(c)
c.close()
check("close", closed)
for v in cleanup():
    pass
check("finally", closed)


@contextmanager
def managed(name):
    events.append("enter " + name)
    try:
        yield name.upper()
    except ValueError:
        events.append("caught")
    finally:
        events.append("exit " + name)


events = []
with managed("a") as a, managed("b") as b:
    events.append(a + b)
check("contextmanager", events)
events = []
with managed("c"):
    raise ValueError("x")
check("caught", events)
events = []
try:
    with managed("d"):
        raise KeyError("x")
except KeyError:
    events.append("outside")
check("passed on", events)


class Ctx:
    def __init__(self, swallow):
        self.swallow, self.log = swallow, []

    def __enter__(self):
        self.log.append("in")
        return self

    def __exit__(self, kind, value, tb):
        self.log.append(kind.__name__ if kind else None)
        return self.swallow


with Ctx(True) as ctx:
    raise KeyError(1)
check("swallow", ctx.log)
ctx2 = Ctx(False)
try:
    with ctx2:
        raise KeyError(1)
except KeyError:
    ctx2.log.append("out")
check("not swallow", ctx2.log)


def early():
    with Ctx(False) as c:
        try:
            return c.log
        finally:
            c.log.append("f")


check("return in with", early())
with suppress(KeyError, ValueError):
    {}["a"]
    check("unreached", 1)
with nullcontext(5) as five:
    check("nullcontext", five)
with ExitStack() as stack:
    cs = [stack.enter_context(Ctx(False)) for _ in range(2)]
    stack.callback(log.append, "callback")
check("exitstack", ([c.log for c in cs], log[-1]))
with redirect_stdout(io.StringIO()):
    print("hidden")


@managed("deco")
def inside():
    events.append("inside")
    return 3


events = []
check("as decorator", (inside(), events))


def tree(node):
    if node is None:
        return
    left, value, right = node
    yield from tree(left)
    yield value
    yield from tree(right)


check("recursive", list(tree(((None, 1, None), 2, (None, 3, None)))))


def pairs(xs):
    it = iter(xs)
    for a in it:
        try:
            b = next(it)
        except StopIteration:
            return
        yield a, b


check("pairs", list(pairs(range(5))))
check("chunk", [list(c) for c in zip(*[iter(range(6))] * 2)])
check("iter sentinel", list(iter(iter([1, 2, 0, 3]).__next__, 0)))
m = map(note, [7, 8])
order.clear()
check("map lazy", (list(order), next(m), list(order)))
check("filter", list(filter(None, [0, 1, "", 2])))
check("zip strict", list(zip([1], [2], strict=True)))
try:
    list(zip([1], [2, 3], strict=True))
except ValueError as e:
    check("zip strict error", type(e).__name__)
check("enumerate", list(enumerate("ab", start=5)))
check("map two", list(map(lambda a, b: a + b, [1, 2], [3, 4])))
check("reversed", (list(reversed([1, 2])), list(reversed(range(3))), list(reversed("ab")), list(reversed({"a": 1, "b": 2}))))
check("dict gen", dict((k, k * 2) for k in range(3)))
check("nested comp", [[i * j for j in range(i)] for i in range(4)])
check("cond comp", [(x, y) for x in range(4) if x % 2 for y in "ab" if y != "a"])
check("set comp", {x % 3 for x in range(9)} == {0, 1, 2})
check("dict comp", {k: v for k, v in zip("ab", [1, 2]) if v})
check("sum lists", sum([[1], [2, 3]], []))
check("min max", (min([3, 1]), max("a", "bb", key=len), max([], default=4), min([(1, "b"), (1, "a")]), max({"a": 3, "b": 5}.items(), key=lambda kv: kv[1])))
check("sorted", (sorted([3, 1, 2], reverse=True), sorted("bca", key=lambda c: -ord(c)), sorted([(1, "b"), (0, "z")])))
check("it", (list(itertools.chain([1], (2,))), list(itertools.chain.from_iterable([[1], [2]])), list(itertools.product([1, 2], "ab")),
             list(itertools.combinations([1, 2, 3], 2)), list(itertools.permutations([1, 2])), list(itertools.accumulate([1, 2, 3])),
             list(itertools.repeat(1, 3)), list(itertools.zip_longest([1], [2, 3], fillvalue=0)), list(itertools.starmap(pow, [(2, 3)])),
             list(itertools.islice(itertools.count(2, 3), 3)), list(itertools.islice(itertools.cycle("ab"), 5)),
             [(k, list(v)) for k, v in itertools.groupby("aab")], list(itertools.dropwhile(lambda x: x < 2, [1, 2, 1])),
             list(itertools.compress("abc", [1, 0, 1])), list(itertools.filterfalse(bool, [0, 1])), list(itertools.accumulate([1, 2, 3], lambda a, b: a * b, initial=2)),
             list(itertools.combinations_with_replacement("ab", 2))))
a1, a2 = itertools.tee([1, 2])
check("tee", (list(a1), list(a2)))
check("pairwise", list(itertools.pairwise([1, 2, 3])))
