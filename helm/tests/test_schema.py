"""What is misspelt, out of range or missing is refused before anything reaches a cluster, with a sentence that says what."""

import json

import pytest

from helm.tests.chart import CHART, config_type, helm, services, template

MINIMAL = ("--values", str(CHART / "ci/minimal.yaml"))


@pytest.mark.parametrize("values, said", [
    ("services.payment.replicas=3", "payment is not allowed"),
    ("service.payments.replicas=3", "service is not allowed"),
    ("services.payments.replica=3", "replica is not allowed"),
    ("services.payments.config.reservation_ttl=5", "reservation_ttl is not allowed"),
    ("services.payments.config.kafka.brokers=x:1", "brokers is not allowed"),  # the chart's own business
    ("services.monitor.config.engine.batch_max=many", "engine.batch_max"),
    ("services.monitor.config.engine.batch_max=1.5", "engine.batch_max"),
    ("services.alerting.config.server.log_level=LOUD", "log_level"),
    ("services.monitor.config.override[0].partition=1", "offset is required"),
    ("services.budget.replicas=-1", "greater than or equal to 0"),
    ("services.monitor.state.size=lots", "state.size"),
    ("services.payments.external.bank_address=https://bank", "bank_address"),
    ("kafka.brokers=kafka", "kafka.brokers"),
    ("redis.address=redis://x:1", "redis.address"),
    ("gateway.port=443", "gateway.port"),
    ("gateway.service.type=Loadbalancer", "gateway.service.type"),
    ("image.service.digest=sha256:abc", "digest"),
    ("podDisruptionBudget.maxUnavailable=half", "maxUnavailable"),
    ("postgres.password=secret", "password is not allowed"),
    ("services.payments.existingSecret=Not_A_Name", "existingSecret"),
])
def test_nonsense_is_refused(values, said):
    done = template(*MINIMAL, "--set", values)
    assert done.returncode != 0 and said in done.stderr, done.stderr


def test_an_integer_that_would_lose_digits_is_refused():
    done = template(*MINIMAL, "--set-json",
                    'services.monitor.config.override=[{"partition":1,"offset":9007199254740993,"action":1,"reason":"x"}]')
    assert done.returncode != 0 and "offset" in done.stderr


@pytest.mark.parametrize("missing, said", [
    ("kafka.brokers=", "kafka.brokers is needed: host:port[,host:port]"),
    ("services.payments.external.bank_address=", "services.payments.external.bank_address is needed: host:port"),
])
def test_what_has_no_default_is_asked_for(missing, said):
    done = template(*MINIMAL, "--set", missing)
    assert done.returncode != 0 and said in done.stderr


def test_an_old_kubernetes_is_refused():
    done = helm("template", "x", str(CHART), *MINIMAL, "--kube-version", "1.29.0")
    assert done.returncode != 0 and "incompatible with Kubernetes" in done.stderr


# What a service's configuration has and the schema does not offer, because the chart sets it or because installations have no use for it.
_NOT_OFFERED = {
    "fiscus.config.v1.Server": {"listen", "metrics_listen"},
    "fiscus.config.v1.Postgres": {"dsn_env"},
    "fiscus.config.v1.Kafka": {"brokers"},
    "fiscus.config.v1.Auth": {"identity", "service_secret_env", "issuer", "audience"},
    "fiscus.config.v1.Redis": {"address", "password_env"},
    "fiscus.identity.config.Config": {"service_secret", "service_secrets_file", "master_secret_env", "operator_secret_env",
                                      "issuer", "audience"},
    "fiscus.projects.Config": {"budget"},
    "fiscus.payments.Config": {"budget_address", "projects_address", "bank_address"},
    "fiscus.monitor.Config": {"state_dir"},
}


@pytest.mark.parametrize("service", services())
def test_the_schema_offers_the_fields_of_config_proto(service):
    schema = json.loads((CHART / "values.schema.json").read_text())
    compare(schema["definitions"], schema["definitions"][f"{service}Config"], config_type(service).DESCRIPTOR)


def compare(definitions, offered, message):
    """The same names, and for each the type that the proto has."""
    assert offered["additionalProperties"] is False
    fields = {field.name: field for field in message.fields if field.name not in _NOT_OFFERED.get(message.full_name, ())}
    assert set(offered["properties"]) == set(fields), message.full_name
    for name, field in fields.items():
        entry = offered["properties"][name]
        if field.is_repeated:
            assert entry["type"] == "array"
            entry = entry["items"]
        if field.message_type is not None:
            compare(definitions, definitions[entry["$ref"].rsplit("/", 1)[1]], field.message_type)
        elif field.enum_type is not None:
            assert entry["enum"] == [value.number for value in field.enum_type.values if value.number]
        elif "enum" not in entry:
            kinds = {field.CPPTYPE_INT32: "integer", field.CPPTYPE_INT64: "integer", field.CPPTYPE_STRING: "string",
                     field.CPPTYPE_BOOL: "boolean"}
            assert entry["type"] == kinds[field.cpp_type], f"{message.full_name}.{name}"


def test_every_value_is_explained():
    import yaml
    text = (CHART / "README.md").read_text().split("## Values")[1]
    documented = set()
    for cells in (line.split("|")[1] for line in text.splitlines() if line.startswith("| `")):
        first, *others = [name.strip("`") for name in cells.strip().split(", ")]
        documented.add(first)
        documented |= {first.rsplit(".", 1)[0] + one if one.startswith(".") else one for one in others}
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    del values["services"]  # as the defaults
    whole = {f"defaults.{name}" for name in values["defaults"]} | {"gateway.resources", "migrate.resources", "metrics.dashboard.labels"}
    assert documented == set(leaves(values, "", whole))


def leaves(values, prefix, whole):
    """Paths of values; of those in `whole` not what is below them."""
    for name, value in values.items():
        path = prefix + name
        if isinstance(value, dict) and value and path not in whole:
            yield from leaves(value, f"{path}.", whole)
        else:
            yield path
