"""Renders the chart by the real helm and reads the manifests back."""

import subprocess
import sys
from functools import lru_cache

from tools.stack.paths import REPO, cache, default_build

CHART = REPO / "helm" / "fiscus"
HELM = cache() / "bin" / "helm"
VARIANTS = sorted(path.stem for path in (CHART / "ci").glob("*.yaml"))
RELEASE, NAMESPACE = "fiscus", "treasury"
KUBERNETES = "1.31.0"

sys.path.insert(0, str(default_build() / "python"))


@lru_cache(maxsize=None)
def missing_tool():
    """Why nothing can be rendered; empty if it can."""
    if not HELM.exists():
        return f"{HELM} is missing: run `tools/dev check helm`"
    try:
        import yaml  # noqa: F401
    except ImportError:
        return "PyYAML is missing: run `tools/dev check helm`"
    return ""


def helm(*arguments):
    """The finished process of one call of helm."""
    return subprocess.run([HELM, *arguments], capture_output=True, text=True, check=False, timeout=60)


def template(*arguments):
    return helm("template", RELEASE, str(CHART), "--namespace", NAMESPACE, "--kube-version", KUBERNETES, *arguments)


@lru_cache(maxsize=None)
def manifests(variant):
    """What the chart renders with the values of ci/<variant>.yaml."""
    import yaml
    done = template("--values", str(CHART / "ci" / f"{variant}.yaml"))
    assert done.returncode == 0, done.stderr
    return Manifests([one for one in yaml.safe_load_all(done.stdout) if one])


class Manifests(list):
    """A rendered chart."""

    def of(self, *kinds):
        return [one for one in self if one["kind"] in kinds]

    def named(self, kind, name):
        """The only one of its kind with this name."""
        found = [one for one in self.of(kind) if one["metadata"]["name"] == name]
        assert len(found) == 1, f"{len(found)} × {kind} {name}"
        return found[0]

    @property
    def workloads(self):
        return self.of("Deployment", "StatefulSet", "Job", "Pod")

    @property
    def prefix(self):
        """What all names begin with."""
        gateway = next(one for one in self.of("Deployment") if part_of(one) == "gateway")
        return gateway["metadata"]["name"].removesuffix("-gateway")

    def workload(self, part):
        """The workload that serves as this part."""
        return next(one for one in self.of("Deployment", "StatefulSet") if part_of(one) == part)


def part_of(manifest):
    return manifest["metadata"]["labels"]["app.kubernetes.io/component"]


def pod_of(workload):
    return workload["spec"] if workload["kind"] == "Pod" else workload["spec"]["template"]["spec"]


def labels_of(workload):
    """Of its pods."""
    return (workload if workload["kind"] == "Pod" else workload["spec"]["template"])["metadata"]["labels"]


def containers_of(workload):
    return pod_of(workload).get("initContainers", []) + pod_of(workload)["containers"]


def services():
    """Names of the services that the repository has."""
    return sorted(path.parent.name for path in (REPO / "services").glob("*/config.proto"))


@lru_cache(maxsize=None)
def config_type(service):
    """The message type of a service's configuration."""
    from tools.stack.services import config_message
    return type(config_message(service))


def config_of(rendered, service, suffix=""):
    """A service's rendered configuration as its own message."""
    from google.protobuf import text_format
    text = rendered.named("ConfigMap", f"{rendered.prefix}-{service}{suffix}")["data"]["config.textproto"]
    return text_format.Parse(text, config_type(service)())
