"""A rendered configuration is the service's own message, complete, and taken by the service's own program."""

import subprocess

import pytest

from helm.tests.chart import REPO, config_of, config_type, default_build, manifests, services

_SHARED = "fiscus.config.v1."


def fields(message_type):
    return message_type.DESCRIPTOR.fields_by_name


def test_the_common_parts_are_those_of_the_service(rendered):
    for service in services():
        config = config_of(rendered, service)
        for name, field in fields(config_type(service)).items():
            kind = field.message_type.full_name if field.message_type else ""
            if kind in (_SHARED + "Server", _SHARED + "Postgres", _SHARED + "Kafka", _SHARED + "Auth"):
                assert config.HasField(name), f"{service}: {name} is not set"
            if kind == _SHARED + "Redis":  # a cache: only where there is one
                assert config.HasField(name) == (rendered is manifests("full"))


def test_servers_listen_where_services_and_probes_look(rendered):
    for service in services():
        server = config_of(rendered, service).server
        ports = {port["name"]: port["port"] for port in rendered.named("Service", f"{rendered.prefix}-{service}-pods")["spec"]["ports"]}
        assert (server.listen, server.metrics_listen) == (f"0.0.0.0:{ports['grpc']}", f"0.0.0.0:{ports['metrics']}")


def test_peers_are_services_of_the_release_and_nothing_is_left_empty(rendered):
    """By the convention of tools/stack/services.py: a string `<peer>` or `<peer>_address` is an address."""
    for service in services():
        config = config_of(rendered, service)
        for name, field in fields(config_type(service)).items():
            peer = name.removesuffix("_address")
            if field.type != field.TYPE_STRING:
                continue
            if peer in services():
                host, port = getattr(config, name).split(":")
                assert int(port) in [p["port"] for p in rendered.named("Service", host)["spec"]["ports"]]
                assert host == f"{rendered.prefix}-{peer}"
            elif name.endswith(("_address", "_dir")):
                assert getattr(config, name), f"{service}: {name} is empty"


def test_the_monitor_finds_its_volume_and_the_image_s_rules(rendered):
    config = config_of(rendered, "monitor")
    assert (config.state_dir, config.rules_dir) == ("/var/lib/fiscus", "/usr/share/fiscus/rules")


def test_values_reach_the_configuration_to_the_last_digit():
    full = manifests("full")
    assert config_of(full, "monitor").override[0].offset == 4503599627370497
    assert config_of(full, "monitor").override[0].reason == 'poison, decided by "an engineer" in 变更 17'
    assert config_of(full, "budget").ledger.waiting_commands_max == 1_000_000
    assert config_of(full, "payments").reservation_ttl_s == 1_209_600
    assert [config_of(full, service).server.worker_threads for service in services()] == [32] * len(services())
    assert config_of(full, "budget").server.drain_ms == 25_500 and config_of(full, "budget").server.log_level == "WARNING"


def test_migrations_read_what_the_service_reads(rendered):
    for service in services():
        if service != "monitor":
            assert config_of(rendered, service, "-migrate") == config_of(rendered, service)


def test_the_service_s_own_program_takes_it(rendered, tmp_path):
    for service in services():
        binary = default_build() / "bin" / f"fiscus-{service}"
        if not binary.exists():
            pytest.skip(f"{binary} is not built")
        text = rendered.named("ConfigMap", f"{rendered.prefix}-{service}")["data"]["config.textproto"]
        file = tmp_path / f"{service}.textproto"
        file.write_text(text.replace("/usr/share/fiscus/rules", str(REPO / "services/monitor/rules")))
        done = subprocess.run([binary, "--config", file, "--check-config"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
