"""clang-tidy with a memory: a file is read again only if it, a header that it includes, its flags or the rules changed.

Tests are left out: they are half of the code, and what clang-tidy finds in them a failing test finds sooner.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
from functools import lru_cache
from pathlib import Path

from tools.stack.paths import REPO, cache, default_build

_CLANG_TIDY = "clang-tidy-19"
_INCLUDE = re.compile(rb'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def run():
    """True if no file has a finding. Clean results are remembered in the cache, findings are not."""
    build = default_build()
    database = build / "compile_commands.json"
    if not database.exists():
        print(f"lint: {database} is missing: run tools/dev build")
        return False
    commands = [entry for entry in json.loads(database.read_text()) if _is_ours(entry["file"])]
    rules = _digest((REPO / ".clang-tidy").read_bytes(), _version())
    folder = cache() / "clang-tidy"
    folder.mkdir(parents=True, exist_ok=True)
    todo = []
    for entry in commands:
        key = folder / _key(entry, build, rules)
        if not key.exists():
            todo.append((entry["file"], key))
    print(f"lint: {len(commands)} files, {len(commands) - len(todo)} unchanged since they were clean", flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        return all(list(pool.map(lambda item: _lint(*item, build), todo)))


def _lint(file, key, build):
    done = subprocess.run([_CLANG_TIDY, "-p", str(build), "--quiet", "--extra-arg=-Wno-unknown-warning-option", file],
                          cwd=REPO, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        key.touch()
        return True
    print(done.stdout.replace(str(REPO) + "/", "") or done.stderr, flush=True)
    return False


def _is_ours(file):
    path = Path(file)
    if path.name.endswith("_test.cc"):
        return False
    return path.is_relative_to(REPO) and not path.is_relative_to(default_build()) and "build" not in path.relative_to(REPO).parts


def _key(entry, build, rules):
    """Content of the file and of all headers of ours or generated ones that it reaches, and its flags without paths."""
    flags = entry["command"].replace(str(build), "BUILD").replace(str(REPO), "REPO")
    digest = hashlib.sha256(f"{rules} {flags}".encode())
    for path in sorted(_reached(Path(entry["file"]), build)):
        digest.update(_content(path))
    return digest.hexdigest()


def _reached(file, build):
    seen = set()
    todo = [file]
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            todo += _includes(path, build)
    return seen


@lru_cache(maxsize=None)
def _includes(path, build):
    found = []
    for name in _INCLUDE.findall(_read(path)):
        for root in (REPO, build / "gen"):
            candidate = root / name.decode()
            if candidate.exists():
                found.append(candidate)
                break
    return found


@lru_cache(maxsize=None)
def _read(path):
    return path.read_bytes()


@lru_cache(maxsize=None)
def _content(path):
    return hashlib.sha256(_read(path)).digest()


def _version():
    return subprocess.run([_CLANG_TIDY, "--version"], capture_output=True, check=True).stdout


def _digest(*parts):
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
