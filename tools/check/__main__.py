"""Style and interfaces: python -m tools.check [PART…] [--fix]; started by `tools/dev check`."""

import argparse
import re
import subprocess
import sys
import time

from tools.check import helm, lint, proto
from tools.stack.paths import REPO, default_build
from tools.tidy.__main__ import run as run_tidy
from tools.tidy.tree import Tree

_CLANG_FORMAT = "clang-format-19"


def main():
    parser = argparse.ArgumentParser(prog="tools/dev check", description="Style and interfaces.")
    parser.add_argument("part", nargs="*", choices=[[], *_PARTS], help=f"one or more of {', '.join(_PARTS)}; default: all but {', '.join(_ON_DEMAND)}")
    parser.add_argument("--fix", action="store_true", help="rewrite what clang-format can mend")
    arguments = parser.parse_args()
    failed = []
    for part in arguments.part or [part for part in _PARTS if part not in _ON_DEMAND]:
        started = time.monotonic()
        good = _PARTS[part](arguments.fix)
        print(f"{part}: {'ok' if good else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True)
        if not good:
            failed.append(part)
    if failed:
        sys.exit(f"check failed: {', '.join(failed)}")


def _format(fix):
    files = [source.path for source in Tree(REPO).cpp]
    mode = ["-i"] if fix else ["--dry-run", "-Werror"]
    return not files or _passes(_CLANG_FORMAT, *mode, *files)


def _tidy(_):
    return run_tidy(Tree(REPO, default_build())) == 0


def _lint(_):
    return lint.run()


def _proto(_):
    return proto.run()


def _shell(_):
    scripts = [source.path for source in Tree(REPO).sources
               if source.path.endswith(".sh") or re.match(r"#!.*\b(ba|da)?sh\b", source.text[:80])]
    return _passes("shellcheck", "-x", *scripts)


def _helm(_):
    return helm.run()


def _passes(*command):
    return subprocess.run(command, cwd=REPO, check=False).returncode == 0


_PARTS = {"format": _format, "shell": _shell, "proto": _proto, "tidy": _tidy, "lint": _lint, "helm": _helm}
_ON_DEMAND = ("helm",)  # its tools are installed when it is asked for

if __name__ == "__main__":
    main()
