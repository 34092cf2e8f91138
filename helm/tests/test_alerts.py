"""The alerting rules and the dashboard speak of metrics that the services export, and the operator's guide of every rule."""

import json
import re

from helm.tests.chart import CHART, REPO, manifests

_METRIC = re.compile(r"\bfiscus_[a-z_]+\b")


def rules():
    import yaml
    group, = yaml.safe_load((CHART / "files/alerts.yaml").read_text())["groups"]
    return group["rules"]


def exported():
    """Metric → labels, as the sources name them; a histogram has its three series."""
    found = {}
    for path in [*(REPO / "libs").rglob("*.cc"), *(REPO / "services").rglob("*.cc")]:
        for kind, name in re.findall(r'metrics::(Counter|Gauge|Latency)\(\s*"(fiscus_[a-z_]+)"', path.read_text()):
            for suffix in ("_bucket", "_sum", "_count") if kind == "Latency" else ("",):
                found[name + suffix] = path
    return found


def test_every_metric_of_a_rule_is_exported():
    known = exported()
    assert len(known) > 20
    for rule in rules():
        named = _METRIC.findall(rule["expr"])
        assert named or "up{" in rule["expr"] or "envoy_" in rule["expr"]  # Envoy's: services/gateway/tests asks an Envoy
        assert set(named) <= set(known), rule["alert"]


def test_the_services_named_are_those_that_there_are():
    down = next(rule for rule in rules() if rule["alert"] == "FiscusDown")
    named = re.search(r'job=~"([a-z|]+)"', down["expr"])[1].split("|")
    assert set(named) == {path.parent.name for path in (REPO / "services").glob("*/config.proto")}


def test_the_operator_s_guide_says_of_each_rule_what_to_do():
    guide = (REPO / "deploy/README.md").read_text()
    told = {name: line for line in guide.splitlines() for name in re.findall(r"^\| `(Fiscus\w+)`", line)}
    assert set(told) == {rule["alert"] for rule in rules()}
    for line in told.values():
        assert all(cell.strip() for cell in line.strip("|").split("|")), line
    for rule in rules():
        assert rule["labels"]["severity"] in ("critical", "warning") and rule["annotations"]["summary"]


def test_the_chart_hands_the_rules_on_unchanged():
    rule, = manifests("full").of("PrometheusRule")
    assert rule["spec"]["groups"][0]["rules"] == rules()
    assert not manifests("minimal").of("PrometheusRule")


def test_the_dashboard_shows_what_is_exported():
    text = manifests("full").named("ConfigMap", "fiscus-dashboard")["data"]["fiscus.json"]
    dashboard = json.loads(text)
    assert dashboard == json.loads((CHART / "files/dashboard.json").read_text())
    known = exported()
    places = set()
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            named = _METRIC.findall(target["expr"])
            assert set(named) <= set(known) and (named or "envoy_" in target["expr"]), panel["title"]
        places.add((panel["gridPos"]["x"], panel["gridPos"]["y"]))
    assert len(places) == len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
