def f(a, /, b, *args, c=3, **kw):
    return a, b, args, c, kw


check("all", f(1, 2, 3, 4, c=5, d=6))
check("spread", f(*[1, 2], *(3,), **{"c": 9}, **dict(z=1)))
check("same name", f(1, b=2, a=7))
for call in (lambda: f(1), lambda: f(a=1, b=2), lambda: f(1, 2, b=3), lambda: (lambda x: x)(1, 2), lambda: (lambda *, k: k)(), lambda: (lambda x: x)(y=1)):
    try:
        call()
        check("raised", False)
    except TypeError as error:
        check("type error", type(error).__name__)


def grow(x, seen=[]):
    seen.append(x)
    return seen


grow(1)
check("mutable default", grow(2))
a, b = {"x": 1, "y": 2}, {"y": 3, "z": 4}
check("merge", ({**a, **b}, a | b, dict(a, **b), dict(a, w=0)))
a |= b
check("merged in place", a)


def pops(**kwargs):
    act = kwargs.pop("act", "relu")
    kwargs.setdefault("bias", True)
    kwargs.update(dict(k=1), s=2)
    kwargs.update([("t", 5)])
    return act, kwargs


check("pops", pops(x=1))
check("pops2", pops(act=None, bias=False))
kw = {"a": 1}
try:
    kw.pop("b")
except KeyError as e:
    check("key error", type(e).__name__)


def keyword(*, x, y=2):
    return x, y


check("keyword only", (keyword(x=1), keyword(y=1, x=0)))
first, *middle, last = range(5)
check("unpack", (first, middle, last))
(p, (q, *r)), s = (1, [2, 3, 4]), 5
check("nested unpack", (p, q, r, s))
*init, end = "abc"
check("str unpack", (init, end))
try:
    m, n = [1, 2, 3]
except ValueError as e:
    check("unpack error", type(e).__name__)
i = 0
i, xs = 1, [10, 20]
xs[i], i = 5, 0
check("order", (xs, i))
x = y = []
x.append(1)
check("chained", y)
print(*[1, 2], sep=", ")
check("compare chain", (1 < 2 < 3, 1 < 3 < 2, 0 == False == 0))
fs = [lambda: k for k in range(3)]
check("late binding", [g() for g in fs])
gs = [lambda k=k: k for k in range(3)]
check("early binding", [g() for g in gs])


def counter():
    n = 0

    def up(by=1):
        nonlocal n
        n += by
        return n
    return up


c1, c2 = counter(), counter()
check("closures", (c1(), c1(5), c2()))
TOTAL = 0


def bump():
    global TOTAL
    TOTAL += 1


bump(); bump()
check("global", TOTAL)
if (n := len([1, 2, 3])) > 2:
    check("walrus", n)
check("walrus comp", ([last := v for v in [1, 2]], last))
check("lambda default", (lambda a, *b, c=1, **d: (a, b, c, d))(1, 2, 3, z=4))


def outer():
    x = "outer"

    class C:
        x = "class"
        y = x

        def get(self):
            return x
        zs = [x for _ in range(1)]
    return C.y, C().get(), C.zs


check("class scope", outer())
