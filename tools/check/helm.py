"""The Helm chart: `helm lint` with each of its example values, then the tests of what it renders."""

import os
import subprocess
import sys

from tools.stack.paths import REPO, cache

_CHART = REPO / "helm" / "fiscus"


def run():
    """True if lint finds nothing and the tests pass. The tools come from `tools/setup/setup.sh helm`."""
    binary = cache() / "bin" / "helm"
    if not binary.exists():
        print(f"helm: {binary} is missing: run tools/setup/setup.sh helm")
        return False
    linted = [_lint(binary, values) for values in sorted((_CHART / "ci").glob("*.yaml"))]
    return bool(linted) and all(linted) and _test()


def _lint(binary, values):
    done = subprocess.run([str(binary), "lint", "--strict", "--quiet", str(_CHART), "--values", str(values)],
                          cwd=REPO, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"helm lint with {values.relative_to(REPO)}:\n{done.stdout}{done.stderr}")
    return done.returncode == 0


def _test():
    paths = [str(cache() / "helm-python"), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(REPO),
                           "--import-mode=importlib", "helm/tests"], cwd=REPO, env=environment, check=False).returncode == 0
