"""A full disk: what may fill lies on a small file system of its own, in memory; mounting it needs root."""

import os
import subprocess
import time
from pathlib import Path

_SIZE_MIB = {"postgres": 900, "monitor": 300}
_FULL_S = 5.0
_FILLER = "filler"


def can_mount():
    return os.geteuid() == 0


def mount(stack):
    """Before the instance starts. Its directories are kept apart from what else is on the machine."""
    for name in _SIZE_MIB:
        folder = _folder(stack, name)
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_SIZE_MIB[name]}m,mode=0711", "fiscus-faults", str(folder)], check=True)


def unmount(stack):
    for name in _SIZE_MIB:
        if os.path.ismount(_folder(stack, name)):
            subprocess.run(["umount", "--lazy", str(_folder(stack, name))], check=False)


def fill(stack, name):
    """To the last byte."""
    with open(_folder(stack, name) / _FILLER, "wb", buffering=0) as filler:
        for size in (1 << 20, 1 << 12, 1):
            block = bytes(size)
            try:
                while True:
                    filler.write(block)
            except OSError:
                continue


def free(stack, name):
    """After a while; whoever ended for lack of room is started again."""
    time.sleep(_FULL_S)
    (_folder(stack, name) / _FILLER).unlink()
    if not stack.pid(name):
        stack.start(name, wait=False)


def _folder(stack, name):
    return Path(stack.directory) / name
