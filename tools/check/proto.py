"""buf on the protos' descriptor sets: lint of the present one, and what breaks against the last release."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tools.stack.paths import REPO, googleapis

_BUF = Path(sys.executable).parent / "buf"
_CONFIG = REPO / "proto" / "buf.yaml"


def run():
    """True if lint is clean and nothing breaks."""
    with tempfile.TemporaryDirectory() as scratch:
        present = Path(scratch) / "present.binpb"
        error = _image(REPO / "proto", present)
        if error:
            print(error)
            return False
        clean = _buf("lint", str(present))
        baseline = _baseline()
        former = Path(scratch) / "former.binpb"
        if baseline is None or _image_of_commit(baseline, Path(scratch) / "former", former):
            print("proto: nothing to compare with")
            return clean
        print(f"proto: compared with {baseline}")
        return _buf("breaking", str(present), "--against", str(former)) and clean


def _baseline():
    """The last release; before the first one the commit before this."""
    tag = _git("describe", "--tags", "--abbrev=0")
    return tag or _git("rev-parse", "--short", "--verify", "-q", "HEAD~1")


def _image_of_commit(commit, folder, out):
    """The descriptor set of a commit's protos; a message if it has none."""
    archive = subprocess.run(["git", "archive", commit, "proto"], cwd=REPO, capture_output=True, check=False)
    if archive.returncode != 0:
        return "no protos"
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    return _image(folder / "proto", out)


def _image(folder, out):
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.proto"))
    done = subprocess.run(["protoc", "-I", str(folder), "-I", str(googleapis()), "--include_imports",
                           "--include_source_info", "-o", str(out), *files],
                          cwd=folder, capture_output=True, text=True, check=False)
    return done.stderr.strip() or "protoc failed" if done.returncode != 0 else ""


def _buf(*arguments):
    return subprocess.run([str(_BUF), *arguments, "--config", str(_CONFIG)], cwd=REPO, check=False).returncode == 0


def _git(*arguments):
    return subprocess.run(["git", *arguments], cwd=REPO, capture_output=True, text=True, check=False).stdout.strip() or None
