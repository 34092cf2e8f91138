"""The network's edges are exactly those that the configurations need: derived from both sides and compared."""

from google.protobuf.message import Message

from helm.tests.chart import config_of, labels_of, manifests, part_of, services


def strings(message):
    """All string values of a configuration, with their fields' names."""
    for field, value in message.ListFields():
        for one in value if field.is_repeated else [value]:
            if isinstance(one, Message):
                yield from strings(one)
            elif field.type == field.TYPE_STRING:
                yield field.name, one


def needed(rendered):
    """(from, to, port) as the configurations say: `to` is a part, or None for a server outside."""
    edges = set()
    for service in services():
        config = config_of(rendered, service)
        if config.DESCRIPTOR.fields_by_name.get("postgres"):
            edges.add((service, None, 6432 if rendered is manifests("full") else 5432))
        for name, text in strings(config):
            for address in text.split(",") if name == "brokers" else [text]:
                host, _, port = address.rpartition(":")
                if port.isdigit() and not name.endswith("listen"):
                    part = host.removeprefix(f"{rendered.prefix}-")
                    edges.add((service, part if part in services() else None, int(port)))
    return edges


def policies(rendered, part):
    return [one["spec"] for one in rendered.of("NetworkPolicy")
            if one["spec"]["podSelector"]["matchLabels"].get("app.kubernetes.io/component") == part]


def rules(rendered, part, direction, peers):
    """(other part, or None for others; port; the others' peers, none of them meaning anybody) of all rules in one direction."""
    for spec in policies(rendered, part):
        for rule in spec.get(direction, []):
            others = []
            for one in rule.get(peers, []):
                labels = one.get("podSelector", {}).get("matchLabels", {})
                if "app.kubernetes.io/component" in labels:
                    assert labels["app.kubernetes.io/name"] == "fiscus" and "app.kubernetes.io/instance" in labels
                    yield from ((labels["app.kubernetes.io/component"], port["port"], []) for port in rule["ports"])
                else:
                    others.append(one)
            if others or peers not in rule:
                yield from ((None, port["port"], others) for port in rule["ports"])


def egress(rendered, part):
    return {(part, to, port) for to, port, _ in rules(rendered, part, "egress", "to")}


def with_policies():
    return [manifests(variant) for variant in ("minimal", "full")]


def test_a_service_goes_where_its_configuration_points_and_nowhere_else():
    for rendered in with_policies():
        allowed = set().union(*(egress(rendered, service) for service in services()))
        assert allowed == needed(rendered)


def test_what_one_end_may_do_the_other_lets_in_and_no_more():
    for rendered in with_policies():
        parts = [*services(), "gateway"]
        out = {edge for part in parts for edge in egress(rendered, part) if edge[1]}
        into = {(other, part, port) for part in parts for other, port, _ in rules(rendered, part, "ingress", "from")
                if other not in (None, "test")}
        assert out == into
        assert {to for part, to, _ in out if part == "gateway"} == set(services())


def test_outsiders_reach_the_gateway_and_prometheus_the_metrics():
    for rendered in with_policies():
        metrics, = {config_of(rendered, service).server.metrics_listen for service in services()}
        for part in (*services(), "gateway"):
            outside = {f"0.0.0.0:{port}": peers for other, port, peers in rules(rendered, part, "ingress", "from") if not other}
            assert set(outside) == {metrics} | ({"0.0.0.0:8443"} if part == "gateway" else set())
            assert outside[metrics][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "monitoring"}


def test_everything_else_is_denied():
    for rendered in with_policies():
        default, = [one["spec"] for one in rendered.of("NetworkPolicy")
                    if "app.kubernetes.io/component" not in one["spec"]["podSelector"]["matchLabels"]]
        assert default["policyTypes"] == ["Ingress", "Egress"] and "ingress" not in default
        names, = default["egress"]
        assert {port["port"] for port in names["ports"]} == {5353 if rendered is manifests("full") else 53} and names["to"]
        for workload in rendered.workloads:
            assert default["podSelector"]["matchLabels"].items() <= labels_of(workload).items()
            assert policies(rendered, part_of(workload)), f"{part_of(workload)} has no policy of its own"


def test_hooks_reach_their_server_before_the_release_is_there():
    for rendered in with_policies():
        for part, ports in (("migrate", {5432, 6432}), ("topics", {9092, 9094})):
            policy, = [one for one in rendered.of("NetworkPolicy") if part_of(one) == part]
            assert policy["metadata"]["annotations"]["helm.sh/hook-weight"] == "-10"
            found = {port for _, to, port in egress(rendered, part)} - {53, 5353}
            assert found and found <= ports


def test_helm_test_reaches_the_gateway_and_nothing_else():
    for rendered in with_policies():
        assert egress(rendered, "test") == {("test", "gateway", 8443)}
        callers = {other: peers for other, port, peers in rules(rendered, "gateway", "ingress", "from") if port == 8443}
        assert callers[None] == [] or "test" in callers  # open to anybody, or to the test by name


def test_servers_outside_can_be_narrowed_to_where_they_are():
    peers = {(part, port): where for part in ("payments", "identity")
             for to, port, where in rules(manifests("full"), part, "egress", "to") if not to}
    assert peers["payments", 6432] == [{"ipBlock": {"cidr": "198.51.100.0/28"}}]
    assert peers["payments", 7000][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "bank"}
    assert peers["identity", 6380][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "cache"}
    assert not manifests("plain").of("NetworkPolicy")
