"""Every service is there, complete and valid, with every variant of the values."""

import pytest

from helm.tests.chart import CHART, KUBERNETES, VARIANTS, containers_of, helm, manifests, part_of, pod_of, services

PARTS = [*services(), "gateway"]


def test_each_part_has_a_workload_an_address_and_a_disruption_budget(rendered):
    for part in PARTS:
        workload = rendered.workload(part)
        assert workload["metadata"]["name"] == f"{rendered.prefix}-{part}"
        labels = workload["spec"]["template"]["metadata"]["labels"]
        selector = workload["spec"]["selector"]["matchLabels"]
        assert selector.items() <= labels.items() and selector["app.kubernetes.io/component"] == part
        assert rendered.named("Service", f"{rendered.prefix}-{part}")["spec"]["selector"] == selector
        budget = rendered.named("PodDisruptionBudget", f"{rendered.prefix}-{part}")["spec"]
        assert budget["selector"]["matchLabels"] == selector and "maxUnavailable" in budget
    assert {part_of(one) for one in rendered.of("Deployment", "StatefulSet")} == set(PARTS)


def test_a_service_runs_its_own_program_with_its_own_configuration(rendered):
    for service in services():
        pod = pod_of(rendered.workload(service))
        container, = pod["containers"]
        assert container["command"] == [f"fiscus-{service}", "--config", "/etc/fiscus/config.textproto"]
        config, = [volume for volume in pod["volumes"] if volume["name"] == "config"]
        assert config["configMap"]["name"] == f"{rendered.prefix}-{service}"
        assert {"name": "config", "mountPath": "/etc/fiscus", "readOnly": True} in container["volumeMounts"]


def test_only_the_monitor_keeps_state_and_keeps_it_on_a_volume(rendered):
    assert [part_of(one) for one in rendered.of("StatefulSet")] == ["monitor"]
    spec = rendered.workload("monitor")["spec"]
    claim, = spec["volumeClaimTemplates"]
    assert claim["metadata"]["name"] == "state" and claim["spec"]["resources"]["requests"]["storage"].endswith("Gi")
    container, = pod_of(rendered.workload("monitor"))["containers"]
    assert {"name": "state", "mountPath": "/var/lib/fiscus"} in container["volumeMounts"]
    assert rendered.named("Service", spec["serviceName"])["spec"]["clusterIP"] == "None"


def test_a_start_an_unready_and_a_dead_server_are_told_apart(rendered):
    for service in services():
        container, = pod_of(rendered.workload(service))["containers"]
        assert container["livenessProbe"]["grpc"]["service"] == container["startupProbe"]["grpc"]["service"] == "live"
        assert "service" not in container["readinessProbe"]["grpc"]
        port = next(port["containerPort"] for port in container["ports"] if port["name"] == "grpc")
        assert {container[f"{probe}Probe"]["grpc"]["port"] for probe in ("startup", "liveness", "readiness")} == {port}
    envoy, = pod_of(rendered.workload("gateway"))["containers"]
    assert envoy["readinessProbe"]["httpGet"] == {"path": "/healthz", "port": "https", "scheme": "HTTPS"}


def test_migrations_and_topics_run_before_everything_else(rendered):
    hooks = rendered.of("Job")
    assert hooks and all(one["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade" for one in hooks)
    migrated = {container["command"][0].removeprefix("fiscus-") for one in hooks if part_of(one) == "migrate"
                for container in containers_of(one)}
    assert migrated == {service for service in services() if service != "monitor"}
    for one in hooks:
        mounted = [v["configMap"]["name"] for v in pod_of(one).get("volumes", []) if "configMap" in v and v["name"] == "config"]
        for name in mounted:  # the release's own ConfigMaps do not exist yet
            before = rendered.named("ConfigMap", name)["metadata"]["annotations"]
            assert int(before["helm.sh/hook-weight"]) < int(one["metadata"]["annotations"]["helm.sh/hook-weight"])


def test_a_changed_configuration_replaces_the_pods():
    def stamp(variant):
        return manifests(variant).workload("budget")["spec"]["template"]["metadata"]["annotations"]
    assert stamp("minimal")["fiscus/config"] != stamp("full")["fiscus/config"]
    assert stamp("full")["fiscus/secrets"] == "2026-11"


def test_images_come_from_where_the_values_say():
    images = {container["image"] for one in manifests("full").workloads for container in containers_of(one)}
    assert images == {"registry.example/finance/fiscus@sha256:" + "0123456789abcdef" * 4, "registry.example/finance/edge:v2"}
    assert {c["image"] for one in manifests("minimal").workloads for c in containers_of(one)} == {"fiscus:0.1.0", "fiscus-gateway:0.1.0"}


def test_metrics_are_offered_as_asked():
    monitor, = manifests("full").of("ServiceMonitor")
    wanted = monitor["spec"]["selector"]["matchLabels"].items()
    offered = [one for one in manifests("full").of("Service") if wanted <= one["metadata"]["labels"].items()]
    assert {part_of(one) for one in offered} == set(PARTS)
    assert all("metrics" in {port["name"] for port in one["spec"]["ports"]} for one in offered)
    public = manifests("full").named("Service", "fiscus-gateway")["spec"]["ports"]
    assert [port["name"] for port in public] == ["https"]
    for variant, wanted in (("minimal", "true"), ("plain", None)):
        for part in PARTS:
            annotations = manifests(variant).workload(part)["spec"]["template"]["metadata"]["annotations"]
            assert annotations.get("prometheus.io/scrape") == wanted
    assert not manifests("plain").of("ServiceMonitor")


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_manifest_is_what_kubernetes_takes(variant):
    kubernetes_validate = pytest.importorskip("kubernetes_validate", reason="run `tools/dev check helm`")
    for one in manifests(variant):
        if one["kind"] not in ("ServiceMonitor", "PrometheusRule"):  # not Kubernetes' own
            kubernetes_validate.validate(one, KUBERNETES.rsplit(".", 1)[0], strict=True)


def test_the_chart_is_of_the_product_s_version():
    import yaml
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert f"VERSION {chart['appVersion']} " in (CHART.parents[1] / "CMakeLists.txt").read_text()
    assert helm("lint", "--strict", str(CHART), "--values", str(CHART / "ci/minimal.yaml")).returncode == 0
