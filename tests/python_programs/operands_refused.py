import copy
import operator

import torch.nn as nn


class Plain:
    pass


class Ordered:
    def __lt__(self, other):
        return True


def of(function, *args):
    try:
        return function(*args)
    except TypeError:
        return "refused"


def refused(function, *args):
    return of(function, *args) == "refused"


d = {"a": 1}
check("objects", [refused(function, Plain(), Plain()) for function in (operator.lt, operator.gt, operator.le, operator.ge)])
check("one side", (of(operator.lt, Ordered(), Plain()), of(operator.gt, Plain(), Ordered()), refused(operator.gt, Ordered(), Plain()), refused(operator.lt, 3, Plain())))
check("sorted", (refused(sorted, [d, d]), refused(sorted, [Plain(), Plain()]), refused(max, d, {}), refused(sorted, [None, 3]), refused(min, [3], (3,))))
check("sequences", (refused(operator.lt, [1], (1,)), operator.lt([1], [2]), refused(operator.lt, d, d), refused(operator.lt, d, {1}), refused(operator.lt, {1}, [1])))
check("sets", ({1} < {1, 2}, d.keys() < {"a", "b"}, refused(operator.lt, d.values(), {1})))
check("constants", (refused(operator.lt, None, 3), refused(operator.lt, "a", 3), refused(operator.lt, 2j, 3), refused(operator.lt, range(3), range(4))))
check("functions", (refused(operator.lt, refused, refused), refused(operator.lt, refused, 3)))
check("modules", refused(operator.lt, nn.Linear(2, 2), nn.Linear(2, 2)))
check("views", (refused(operator.add, d.keys(), ["b"]), refused(operator.add, d, d), refused(operator.add, {1}, {2}), refused(operator.mul, d.items(), 2)))
check("set operators", (d.keys() | {"b"}, {1, 2} - {1}, {1} & {1, 2}, d | {"b": 2}))
check("len", (refused(len, 3), refused(len, Plain()), refused(len, nn.Linear(2, 2)), len(nn.Sequential(nn.ReLU()))))
check("iter", (refused(iter, nn.Linear(2, 2)), refused(iter, Plain()), refused(iter, nn.ModuleList()), list(iter(nn.ModuleDict({"a": nn.ReLU()})))))
check("copies", (refused(copy.deepcopy, d.keys()), copy.deepcopy(d)))
check("signs", (refused(operator.neg, Plain()), refused(lambda: -Plain()), refused(lambda: ~Plain()), refused(lambda: +Plain())))


class Lengthless:
    def __getattr__(self, name):
        return 3


check("read by __getattr__", (refused(len, Lengthless()), refused(operator.lt, Lengthless(), Lengthless())))
