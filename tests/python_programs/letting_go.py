import contextlib
import functools

log = []


def g(n=3):
    log.append("begun")
    try:
        for i in range(n):
            yield i
    finally:
        log.append("closed")


def logged():
    found = tuple(log)
    log.clear()
    return found


for i, v in enumerate(g()):
    break
check("enumerate", logged())
for i, v in zip(range(3), g()):
    break
check("zip", logged())
for v in map(str, g()):
    break
check("map", logged())
for v in (v + 1 for v in g() if v):
    break
check("generator expression", (v, logged()))
for i, v in enumerate(map(str, g()), 3):
    break
check("nested", (i, logged()))


def given():
    return g()


@functools.cache
def cached():
    return g()


for v in given():
    break
check("given on", logged())
for v in cached():
    break
check("cached", (next(cached()), logged()))
held = g()
for i, v in enumerate(held):
    break
check("held", (next(held), logged()))


def delegates():
    with contextlib.suppress(ValueError):
        yield from g()
    log.append("after")


for v in delegates():
    break
check("yield from", logged())


def exits():
    try:
        yield 1
        yield 2
    except Exception:
        log.append("Exception")
    except GeneratorExit as error:
        log.append(type(error).__name__)
        raise
    finally:
        log.append("finally")


for v in exits():
    break
check("GeneratorExit", logged())
h = exits()
next(h)
h.close()
check("close", (logged(), list(h)))


def swallows():
    try:
        yield 1
    except GeneratorExit:
        log.append("swallowed")
    log.append("end")


h = swallows()
next(h)
h.close()
check("swallowed", logged())


def ignores():
    try:
        yield 1
    except GeneratorExit:
        yield 2


h = ignores()
next(h)
try:
    h.close()
    check("ignored", "passed")
except RuntimeError:
    check("ignored", "RuntimeError")


class Manager:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        log.append(kind.__name__ if kind else None)


def managed():
    with Manager():
        yield 1


for v in managed():
    break
check("with", logged())


class Keeping:
    def __iter__(self):
        self.last = plain()
        return self.last


def plain():
    for i in range(4):
        log.append(i)
        yield i


keeping = Keeping()
for v in keeping:
    break
check("kept", (logged(), next(keeping.last), logged()))
for i, v in enumerate(keeping):
    break
check("kept by enumerate", (logged(), next(keeping.last), logged()))
for v, w in zip(keeping, "abc"):
    break
check("kept by zip", (logged(), next(keeping.last), logged()))


class Own:
    def __iter__(self):
        log.append("begun")
        try:
            yield 1
            yield 2
        finally:
            log.append("closed")


for v in Own():
    break
check("own", logged())
own = Own()
for v in own:
    break
check("own by name", logged())
for i, v in enumerate(own):
    break
check("own by enumerate", logged())
for i, v in zip(own, range(3)):
    break
check("own by zip", logged())
check("whole", (list(own), logged()))
