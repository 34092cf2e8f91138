"""A wall clock that jumps under a running process, by a preloaded library (tests/faults/clock/shift.cc)."""

import time

_JUMPS_S = (7200, -7200)
_BETWEEN_S = 3.0

# Tokens are good for minutes: to a service whose clock is hours off, none is good, and what it is asked to wait for is over.
TOLERATED = ("TOKEN_EXPIRED", "token", "UNAUTHENTICATED")


def jump(stack, name):
    """The process is started anew with a clock that can jump; then it jumps to both sides."""
    file = stack.directory / f"{name}.clock"
    file.write_text("0\n")
    stack.kill(name)
    stack.start(name, env={"LD_PRELOAD": str(stack.build / "tests" / "libfiscus-clock-shift.so"), "FISCUS_CLOCK_SHIFT": str(file)})
    for seconds in _JUMPS_S:
        file.write_text(f"{seconds}\n")
        time.sleep(_BETWEEN_S)


def set_right(stack, name):
    """The clock jumps back; then the process is one without such a clock again."""
    (stack.directory / f"{name}.clock").write_text("0\n")
    time.sleep(_BETWEEN_S)
    stack.kill(name)
    stack.start(name, wait=False)
