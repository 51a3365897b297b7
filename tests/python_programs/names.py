x = 1
y = 2

def deleted():
    k = 3
    del k
    try:
        return k
    except UnboundLocalError as e:
        return "unbound"
check("deleted", deleted())
def early():
    try:
        z = x + 1
        x = 5
        return z
    except NameError:
        return "name error"
check("early", early())
def augmented():
    try:
        x += 1
    except UnboundLocalError:
        return "unbound"
check("augmented", augmented())
def empty_loop(items):
    for last in items:
        pass
    try:
        return last
    except UnboundLocalError:
        return "no item"
check("loop", (empty_loop([]), empty_loop([1, 2])))
def handler():
    try:
        raise ValueError("a")
    except ValueError as error:
        pass
    try:
        return error
    except UnboundLocalError:
        return "gone"
check("handler", handler())
def declared():
    global x
    x = x + 1
    return x
check("global", declared())
def outer():
    n = 1
    def inner():
        nonlocal n
        n += 1
        return n
    return inner(), n
check("nonlocal", outer())
def shadow():
    y = y if False else 4
    return y
try:
    check("shadow", shadow())
except UnboundLocalError:
    check("shadow", "error")
def comp():
    y = [y for y in range(3)]
    return y
check("comp", comp())
def imported():
    try:
        math.pi
    except UnboundLocalError:
        import math
        return math.floor(2.5)
check("import", imported())
def cond(flag):
    if flag:
        value = 1
    try:
        return value
    except UnboundLocalError:
        return "none"
check("cond", (cond(True), cond(False)))
def defined(flag):
    try:
        g()
    except UnboundLocalError:
        def g(): return 1
    return g()
check("def", defined(1))
def gen():
    try:
        yield w
    except UnboundLocalError:
        yield "unbound"
    w = 1
    yield w
check("gen", list(gen()))
class C:
    y = y + 1
    z = [y for _ in range(2)]
check("class", (C.y, C.z))
def walrus():
    if (n := 4) > 3:
        return n
check("walrus", walrus())
def annotated():
    v: int
    try:
        return v
    except UnboundLocalError:
        return "annotated"
check("annotated", annotated())
def matched(p):
    match p:
        case (a, b):
            return a + b
        case {"k": v, **rest}:
            return v, rest
        case [first, *others]:
            return first, others
        case str() as s:
            return s
check("match", [matched((1, 2)), matched({"k": 1, "z": 2}), matched([1, 2, 3]), matched("q")])
def with_(cm):
    import contextlib
    with contextlib.suppress(ValueError):
        t = 1
        raise ValueError
    return t
check("with", with_(1))
