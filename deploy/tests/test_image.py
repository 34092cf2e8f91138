"""The images' content, without a container tool: all libraries are there, and the gateway's half works by itself."""

import json
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tools.stack.paths import REPO, default_build

_NEEDED = re.compile(r"NEEDED +(\S+)")


@pytest.fixture(name="staged", scope="module")
def staged_fixture(tmp_path_factory):
    folder = tmp_path_factory.mktemp("image")
    subprocess.run([REPO / "deploy" / "image", "stage", folder], check=True, env=os.environ | {"FISCUS_BUILD": str(default_build())})
    return folder


def run(*command, **keywords):
    return subprocess.run(command, check=True, capture_output=True, text=True, **keywords).stdout


def package_of(library):
    """The Debian package of a library of this machine, by its name."""
    for line in run("/sbin/ldconfig", "-p").splitlines():
        if line.split()[:1] == [library]:
            path = Path(line.split()[-1]).resolve()
            owner = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True, check=False).stdout \
                or run("dpkg", "-S", str(path).removeprefix("/usr"))
            return owner.split(":")[0]
    raise AssertionError(f"{library} is not on this machine")


def with_dependencies(packages):
    """The packages and, over all steps, what they depend on, as far as it is installed here."""
    found, todo = set(), list(packages)
    while todo:
        package = todo.pop()
        if package not in found:
            found.add(package)
            depends = subprocess.run(["dpkg-query", "-W", "-f", "${Depends}", package], capture_output=True, text=True, check=False)
            todo += [re.split(r"[ :(]", name.strip())[0] for name in re.split(r"[,|]", depends.stdout) if name.strip()]
    return found


def test_the_listed_packages_bring_every_library(staged):
    listed = [line for line in (REPO / "deploy/runtime-packages.txt").read_text().splitlines() if line and not line.startswith("#")]
    programs = sorted((staged / "service/usr/bin").iterdir())
    assert {f"fiscus-{path.parent.name}" for path in (REPO / "services").glob("*/config.proto")} <= {p.name for p in programs}
    needed = {library for program in programs for library in _NEEDED.findall(run("objdump", "-p", program))}
    if any(library.startswith(("libasan", "libtsan")) for library in needed):
        pytest.skip("built with a sanitizer, which no image is")
    assert {package_of(library) for library in needed} <= with_dependencies(listed)


def test_a_staged_service_runs_and_the_rules_are_there(staged):
    assert run(staged / "service/usr/bin/fiscus-monitor", "--version").startswith("fiscus-monitor ")
    shipped = {path.name for path in (staged / "service/usr/share/fiscus/rules").iterdir()}
    assert shipped == {path.name for path in (REPO / "services/monitor/rules").iterdir()}


def test_the_staged_gateway_makes_a_bootstrap_that_envoy_takes(staged, tmp_path):
    share = staged / "gateway/usr/share/fiscus"
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=x",
        "-keyout", tmp_path / "key", "-out", tmp_path / "crt")
    made = run(sys.executable, "-m", "services.gateway.envoy", f"--protoset={share / 'fiscus.protoset'}", "--listen=127.0.0.1:1",
               f"--openapi={share / 'fiscus.swagger.json'}", f"--certificate={tmp_path / 'crt'}", f"--private-key={tmp_path / 'key'}",
               "--backend=identity=identity:1", f"--output={tmp_path / 'envoy.json'}", env=alone(staged), cwd="/")
    assert made == "" and json.loads((tmp_path / "envoy.json").read_text())["static_resources"]
    envoy = Path(sysconfig.get_path("purelib")) / "envoy/_bin/envoy"
    run(envoy, "--mode", "validate", "-c", tmp_path / "envoy.json")


def test_the_staged_topics_are_the_table(staged):
    names = run(sys.executable, "-c", "from deploy import topics; print(*[t.name for t in topics.read_topics().topic])",
                env=alone(staged), cwd="/").split()
    assert "fiscus.facts.v1" in names
    assert (staged / "gateway/requirements.txt").read_text().count("==") == 4


def alone(staged):
    """An environment in which only staged modules of ours are found."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(staged / "gateway/usr/lib/fiscus"), "PYTHONDONTWRITEBYTECODE": "1"}
