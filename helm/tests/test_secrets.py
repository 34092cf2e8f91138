"""No secret passes through the chart, and each process gets those that its configuration names and no other."""

import re

from helm.tests.chart import config_of, containers_of, manifests, part_of, services

# What values of secrets look like: connection strings, passwords, private keys.
_LOOKS_SECRET = re.compile(r"password|passwd|postgres(ql)?://|user=|BEGIN [A-Z ]*PRIVATE|token=", re.IGNORECASE)
_PAGE_TOKENS = "FISCUS_PAGE_TOKEN_KEY"  # of all services, not in their configuration


def named_variables(message):
    """The variables that a configuration names by its `*_env` fields, defaults included."""
    found = set()
    for field in message.DESCRIPTOR.fields:
        if field.message_type is not None:
            if field.is_repeated:
                for one in getattr(message, field.name):
                    found |= named_variables(one)
            elif message.HasField(field.name):
                found |= named_variables(getattr(message, field.name))
        elif field.name.endswith("_env"):
            found.add(getattr(message, field.name))
    return found


def variables(workload):
    """Variable → (Secret, key); each must be a reference."""
    found = {}
    for container in containers_of(workload):
        for one in container.get("env", []):
            assert set(one) == {"name", "valueFrom"} and set(one["valueFrom"]) == {"secretKeyRef"}
            reference = one["valueFrom"]["secretKeyRef"]
            found[one["name"]] = reference["name"], reference["key"]
        assert "envFrom" not in container
    return found


def test_the_chart_makes_no_secret_and_its_config_maps_hold_none(rendered):
    assert not rendered.of("Secret")
    for one in rendered.of("ConfigMap"):
        for line in one["data"].get("config.textproto", "").splitlines():
            # A field that names a variable is how a secret stays out.
            assert re.search(r'_env: "FISCUS_[A-Z_]+"', line) or not _LOOKS_SECRET.search(line), line


def test_a_service_gets_the_variables_that_its_configuration_names(rendered):
    for service in services():
        config = config_of(rendered, service)
        wanted = named_variables(config) | {_PAGE_TOKENS}
        given = variables(rendered.workload(service))
        # Only who calls others proves itself: budget and alerting check tokens and have none of their own.
        unused = {"FISCUS_SERVICE_SECRET"} if service not in callers(rendered) else set()
        assert set(given) == wanted - unused
        assert given[_PAGE_TOKENS][1] == "page-token-key"


def callers(rendered):
    return {entry.service for entry in config_of(rendered, "identity").service_secret}


def test_who_calls_others_is_known_to_identity_by_the_same_secret(rendered):
    assert callers(rendered) == {"payments", "projects"}
    known = variables(rendered.workload("identity"))
    for entry in config_of(rendered, "identity").service_secret:
        assert known[entry.secret_env] == variables(rendered.workload(entry.service))["FISCUS_SERVICE_SECRET"]


def test_the_owner_of_a_database_is_seen_by_its_migration_only(rendered):
    owners = set()
    for one in rendered.workloads:
        given = variables(one)
        if part_of(one) == "migrate":
            assert set(given) == {"FISCUS_MIGRATE_DSN"}
            owners.add(given["FISCUS_MIGRATE_DSN"][0])
        else:
            assert "FISCUS_MIGRATE_DSN" not in given
    serving = {secret for one in rendered.workloads if part_of(one) != "migrate" for secret, _ in variables(one).values()}
    assert len(owners) == 5 and not owners & serving


def test_secrets_have_the_names_that_the_values_give():
    full = manifests("full")
    assert variables(full.workload("identity"))["FISCUS_PG_DSN"] == ("keys", "pg-dsn")
    assert variables(full.workload("identity"))["FISCUS_REDIS_PASSWORD"] == ("keys", "redis-password")
    assert variables(full.workload("budget"))[_PAGE_TOKENS] == ("common", "page-token-key")
    assert variables(manifests("minimal").workload("budget"))["FISCUS_PG_DSN"] == ("fiscus-budget", "pg-dsn")
    assert "keys-owner" in {secret for one in full.of("Job") for secret, _ in variables(one).values()}
