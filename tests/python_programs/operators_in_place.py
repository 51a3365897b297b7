import enum
import operator

a = [3]
b = a
check("iadd", (operator.iadd(a, [4]) is a, b, operator.iadd(3, 4), operator.iadd((1,), (2,))))
check("iconcat", (operator.iconcat(a, (5,)) is b, b))
check("imul", (operator.imul(a, 2) is b, b, operator.imul(3, 4)))
s = {1, 2}
t = s
check("sets", (operator.ior(s, {3}) is t, t, operator.isub(s, {1}) is t, t, operator.iand(s, {3, 4}), operator.ixor(s, {5}), t))
check("isub", (operator.isub(5, 2), operator.itruediv(4, 2), operator.ifloordiv(5, 2), operator.ipow(2, 3), operator.ilshift(1, 3)))
d = {"a": 1, "b": 2}
operator.delitem(d, "a")
check("delitem", d)
operator.delitem(b, 0)
check("delitem of a list", b)
e = d
check("ior", (operator.ior(d, {"c": 3}) is e, e))
s.__ior__({9})
s.__isub__({5})
check("dunder", t)
check("returned", s.__iand__({9}) is t)
f = frozenset({1})
g = f
f |= {2}
check("frozenset", (f, g))


class Own:
    def __init__(self, n):
        self.n = n

    def __iadd__(self, other):
        self.n += other
        return self


own = Own(3)
check("own", (operator.iadd(own, 4) is own, own.n))


Late = enum.Enum("Late", ["r", "g"], start=5)
Named = enum.Enum("Named", names="r g", module=__name__)
check("start", (Late.g.value, Named.r.value, len(Late), [each.name for each in Late]))
