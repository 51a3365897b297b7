class ConfigError(ValueError):
    def __init__(self, key, code=3):
        super().__init__(f"bad {key}")
        self.key, self.code = key, code


class Deep(ConfigError):
    pass


def run(action):
    trail = []
    try:
        trail.append("try")
        action()
    except (KeyError, IndexError) as e:
        trail.append(type(e).__name__)
    except ConfigError as e:
        trail.append((e.key, e.code, str(e), e.args))
    except Exception as e:
        trail.append("other " + type(e).__name__)
    else:
        trail.append("else")
    finally:
        trail.append("finally")
    return trail


def raises(e):
    def inner():
        raise e
    return inner


check("none", run(lambda: None))
check("key", run(lambda: {}["a"]))
check("index", run(lambda: [][0]))
check("own", run(raises(ConfigError("k"))))
check("deep", run(raises(Deep("q", code=9))))
check("value", run(lambda: int("x")))
check("zero", run(lambda: 1 // 0))
check("type", run(lambda: 1 + "a"))
check("attr", run(lambda: None.x))
check("class raise", run(raises(RuntimeError)))


def asserts(x):
    assert x > 0, f"need {x}"
    return x


try:
    asserts(-1)
except AssertionError as e:
    check("assertion", str(e))


def chain():
    try:
        try:
            {}["k"]
        except KeyError as e:
            raise ConfigError("chained") from e
    except ConfigError as outer:
        return type(outer.__cause__).__name__, outer.key


check("chain", chain())


def reraise():
    try:
        try:
            raise ValueError("v")
        except ValueError:
            raise
    except Exception as e:
        return type(e).__name__, e.args


check("reraise", reraise())


def finals():
    for i in range(3):
        try:
            if i == 1:
                continue
            if i == 2:
                break
        finally:
            done.append(i)
    else:
        done.append("else")
    return done


done = []
check("finals", finals())


def wins():
    try:
        return 1
    finally:
        return 2


check("finally wins", wins())


def swallow():
    while True:
        try:
            raise ValueError
        finally:
            break
    return "left"


check("swallow", swallow())
for i in range(3):
    if i == 7:
        break
else:
    check("for else", i)
n = 0
while n < 3:
    n += 1
    if n == 2:
        break
else:
    n = 100
check("while break", n)
try:
    raise ExceptionGroup("g", [ValueError(1)])
except Exception as e:
    check("group", type(e).__name__)
check("handler name gone", "e" in globals())


def nested():
    out = []
    try:
        try:
            raise KeyError("in")
        finally:
            out.append("f1")
    except KeyError:
        out.append("c")
        try:
            raise ValueError("again")
        except ValueError as v:
            out.append(str(v))
    return out


check("nested", nested())
check("isinstance", (isinstance(Deep("a"), ValueError), issubclass(ConfigError, Exception), repr(ValueError("a", 1)), str(KeyError("k")), ValueError("a", 2).args))


def default(d, k):
    try:
        return d[k]
    except (KeyError, TypeError):
        return "default"


check("default", (default({"a": 1}, "a"), default({}, "a"), default(None, "a")))
err = None
try:
    raise NotImplementedError(f"no {1}")
except NotImplementedError as e:
    err = e
check("kept", str(err))


class Carrier(Exception):
    @property
    def info(self):
        return self.args[0]["x"]


try:
    raise Carrier({"x": 4})
except Carrier as e:
    check("carrier", e.info)
def find(xs, t):
    for i, x in enumerate(xs):
        if x == t:
            break
    else:
        raise LookupError(t)
    return i
check("found", find([1, 2, 3], 2))
try:
    find([], 1)
except LookupError as e:
    check("lookup", e.args)
with_warn = []
import warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    warnings.warn("x")


class Plain:
    pass


def refused(make):
    try:
        return make()
    except TypeError:
        return "refused"


import functools
part = functools.partial(int, base=2)
check("operands", [refused(lambda: 2 * part), refused(lambda: refused + 1), refused(lambda: [1] + refused), refused(lambda: Plain() - Plain()),
                   refused(lambda: 3 / Plain()), refused(lambda: Plain() * (1, 2)), refused(lambda: refused ** 2)])
