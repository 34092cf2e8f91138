"""The pod's Envoy gets the bootstrap that private instances get, made by the same generator from the arguments of the chart."""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from helm.tests.chart import REPO, default_build, manifests, pod_of, services

_SHARE = "/usr/share/fiscus/"


@pytest.fixture(name="made", scope="module")
def made_fixture(tmp_path_factory):
    """(bootstrap, its file) of the rendered arguments; only the paths are this machine's."""
    folder = tmp_path_factory.mktemp("gateway")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=x",
                    "-keyout", folder / "tls.key", "-out", folder / "tls.crt"], check=True, capture_output=True)
    pod = pod_of(manifests("minimal").workload("gateway"))
    generator, = pod["initContainers"]
    build = default_build()
    arguments = [one.replace("/etc/fiscus/tls/", f"{folder}/").replace("/run/fiscus/", f"{folder}/")
                 .replace(f"{_SHARE}fiscus.protoset", str(build / "fiscus.protoset"))
                 .replace(f"{_SHARE}fiscus.swagger.json", str(build / "openapi/fiscus.swagger.json")) for one in generator["args"]]
    assert generator["command"] == ["python3", "-m", "services.gateway.envoy"]
    subprocess.run([sys.executable, *generator["command"][1:], *arguments], cwd=REPO, check=True)
    return json.loads((folder / "envoy.json").read_text()), folder / "envoy.json"


def test_envoy_takes_it(made):
    envoy = Path(sysconfig.get_path("purelib")) / "envoy/_bin/envoy"
    done = subprocess.run([envoy, "--mode", "validate", "-c", made[1]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_calls_are_spread_over_the_pods_of_each_service(made):
    clusters = {one["name"]: one for one in made[0]["static_resources"]["clusters"] if one["name"] not in ("keys", "admin")}
    assert set(clusters) == set(services())
    for name, cluster in clusters.items():
        endpoint, = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"]
        host = endpoint["endpoint"]["address"]["socket_address"]["address"]
        service = manifests("minimal").named("Service", host)["spec"]
        assert cluster["type"] == "STRICT_DNS" and service["clusterIP"] == "None"
        assert service["selector"]["app.kubernetes.io/component"] == name


def test_it_is_the_bootstrap_of_private_instances(made):
    from services.gateway.envoy.api import read_services
    from services.gateway.envoy.bootstrap import Settings, bootstrap
    protoset = default_build() / "fiscus.protoset"
    local = bootstrap(Settings(
        protoset=str(protoset), listen="0.0.0.0:8443", certificate=str(made[1].with_name("tls.crt")),
        private_key=str(made[1].with_name("tls.key")), secret=str(made[1].with_name("envoy.secret.json")),
        metrics_listen="0.0.0.0:9464", openapi=str(default_build() / "openapi/fiscus.swagger.json"),
        backends={service: f"fiscus-{service}-pods:50051" for service in services()},
        services=[one for one in read_services(protoset.read_bytes()) if one.backend in services()]))
    assert made[0] == local


def test_the_certificate_is_the_installation_s(rendered):
    pod = pod_of(rendered.workload("gateway"))
    tls, = [volume for volume in pod["volumes"] if volume["name"] == "tls"]
    assert tls["secret"]["secretName"] == ("public-tls" if rendered is manifests("full") else f"{rendered.prefix}-tls")
    # Envoy is neither root nor the files' owner: it reads them by its group.
    assert tls["secret"]["defaultMode"] == 0o440 and pod["securityContext"]["fsGroup"] == pod["securityContext"]["runAsGroup"]
    envoy, = pod["containers"]
    assert "--disable-hot-restart" in envoy["command"]


def test_a_load_balancer_keeps_the_client_s_address():
    service = manifests("full").named("Service", "fiscus-gateway")["spec"]
    assert (service["type"], service["externalTrafficPolicy"]) == ("LoadBalancer", "Local")
    assert service["loadBalancerSourceRanges"] == ["192.0.2.0/24"]
