"""What every container is held to: Kubernetes' restricted profile and a little more; and that pods go without breaking calls."""

from helm.tests.chart import config_of, containers_of, manifests, part_of, pod_of, services


def test_no_container_has_a_right_to_lose(rendered):
    for workload in rendered.workloads:
        pod = pod_of(workload)
        assert pod["automountServiceAccountToken"] is False and pod["enableServiceLinks"] is False
        assert not any(pod.get(shared) for shared in ("hostNetwork", "hostPID", "hostIPC"))
        held = pod["securityContext"]
        assert held["runAsNonRoot"] is True and held["runAsUser"] >= 10000 and held["runAsGroup"] >= 10000
        assert held["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in containers_of(workload):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def test_volumes_are_harmless_and_configuration_is_read_only(rendered):
    for workload in rendered.workloads:
        for volume in pod_of(workload).get("volumes", []):
            assert set(volume) - {"name"} <= {"configMap", "secret", "emptyDir"}
        for container in containers_of(workload):
            for mount in container.get("volumeMounts", []):
                writable = {"state"} if container["name"] == "monitor" else {"bootstrap"} if container["name"] == "bootstrap" else set()
                assert mount.get("readOnly") or mount["name"] in writable


def test_memory_is_bounded_and_every_need_is_stated(rendered):
    for workload in rendered.workloads:
        for container in containers_of(workload):
            assert {"cpu", "memory"} <= set(container["resources"]["requests"])
            assert "memory" in container["resources"]["limits"] and "cpu" not in container["resources"]["limits"]


def test_a_pod_may_take_as_long_as_its_program_needs_to_stop(rendered):
    for service in services():
        pod = pod_of(rendered.workload(service))
        container, = pod["containers"]
        waits = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        drains = config_of(rendered, service).server.drain_ms / 1000
        # After the drain: a relay's last delivery (message_timeout_ms) or a call of the bank.
        last = max(config_of(rendered, service).kafka.message_timeout_ms / 1000, 5) if service != "identity" else 5
        assert pod["terminationGracePeriodSeconds"] >= waits + drains + last
    envoy, = pod_of(rendered.workload("gateway"))["containers"]
    seconds = int(envoy["lifecycle"]["preStop"]["exec"]["command"][-1].removeprefix("--seconds="))
    assert pod_of(rendered.workload("gateway"))["terminationGracePeriodSeconds"] > seconds


def test_replicas_are_spread_and_replaced_one_by_one(rendered):
    for workload in rendered.of("Deployment", "StatefulSet"):
        spread = pod_of(workload)["topologySpreadConstraints"]
        assert [one["topologyKey"] for one in spread] == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
        for one in spread:
            assert one["labelSelector"]["matchLabels"] == workload["spec"]["selector"]["matchLabels"]
        if workload["kind"] == "Deployment":
            assert workload["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_defaults_and_a_service_s_own_settings_reach_its_pod():
    full = manifests("full")
    budget = pod_of(full.workload("budget"))
    assert budget["tolerations"] == [{"key": "ledger", "operator": "Exists"}] and budget["nodeSelector"] == {"disk": "fast"}
    assert full.workload("budget")["spec"]["replicas"] == 3 and full.workload("payments")["spec"]["replicas"] == 2
    for workload in full.of("Deployment", "StatefulSet", "Job"):
        if part_of(workload) in (*services(), "migrate"):
            assert "database-ca" in [volume["name"] for volume in pod_of(workload)["volumes"]]
            assert "/etc/ssl/database" in [m["mountPath"] for c in containers_of(workload) for m in c["volumeMounts"]]
        if part_of(workload) in services():
            assert pod_of(workload)["priorityClassName"] == "finance"
            assert workload["spec"]["template"]["metadata"]["annotations"]["example.org/team"] == "treasury"
