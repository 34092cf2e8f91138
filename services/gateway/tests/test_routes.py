"""What the generator derives from the protos: nothing is routed that is not for people, nothing is open that is not public."""

import pytest

from services.gateway.envoy import routes
from services.gateway.envoy.api import ApiError, Rpc, Service, read_services
from services.gateway.envoy.bootstrap import Settings, bootstrap
from services.gateway.envoy.filters import _template_match
from services.gateway.envoy.unknown_fields import lua_pattern
from tools.stack.paths import default_build


@pytest.fixture(name="services", scope="module")
def services_fixture():
    return read_services((default_build() / "fiscus.protoset").read_bytes())


def settings(services):
    return Settings(protoset="p", listen="0.0.0.0:443", certificate="c", private_key="k", secret="s", services=services,
                    backends={service.backend: "127.0.0.1:1" for service in services})


def route_list(services):
    return routes.public(settings(services))["virtual_hosts"][0]["routes"]


def test_rpcs_between_services_are_answered_404(services):
    between = [rpc for service in services for rpc in service.rpcs if not rpc.for_people]
    assert between
    table = route_list(services)
    for rpc in between:
        first = next(route for route in table if route["match"].get("path") == rpc.path
                     or rpc.path.startswith(route["match"].get("prefix", "\0")))
        assert first["direct_response"]["status"] == 404


def test_streams_have_no_deadline(services):
    by_path = {route["match"].get("path"): route for route in route_list(services)}
    streams = [rpc for service in services for rpc in service.rpcs if rpc.for_people and rpc.streaming]
    assert streams and all(by_path[rpc.path]["route"]["timeout"] == "0s" for rpc in streams)


def test_only_what_a_repeat_does_not_do_twice_is_sent_again(services):
    table = route_list(services)
    for service in services:
        for rpc in service.rpcs:
            if not rpc.for_people or rpc.streaming:
                continue
            first = next(route for route in table if route["match"].get("path") == rpc.path
                         or rpc.path.startswith(route["match"].get("prefix", "\0")))
            when = first["route"]["retry_policy"]["retry_on"].split(",")
            assert ("reset" in when) == (rpc.read_only or rpc.has_request_id), rpc.path
            assert ("unavailable" in when) == rpc.read_only
            assert "5xx" not in when and "deadline-exceeded" not in when
    by_name = {rpc.name: rpc for service in services for rpc in service.rpcs}
    assert by_name["SubmitPayment"].has_request_id and not by_name["Login"].has_request_id


def test_only_public_rpcs_pass_without_a_token(services):
    jwt = bootstrap(settings(services))["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]
    jwt = next(f for f in jwt["typed_config"]["http_filters"] if f["name"].endswith("jwt_authn"))["typed_config"]
    open_paths = {rule["match"]["path"] for rule in jwt["rules"] if "requires" not in rule}
    grpc_paths = {path for path in open_paths if path.startswith("/fiscus.")}
    assert grpc_paths == {rpc.path for s in services for rpc in s.rpcs if rpc.public and rpc.for_people}
    assert "/fiscus.identity.v1.IdentityService/Login" in grpc_paths
    assert jwt["rules"][-1] == {"match": {"prefix": "/"}, "requires": {"provider_name": "fiscus"}}


def test_the_bank_adapter_is_not_served(services):
    assert "bank" not in {service.backend for service in services}


def test_an_http_rule_between_services_is_refused():
    from services.gateway.envoy.api import _Messages, _rpc
    from google.api import annotations_pb2
    from google.protobuf import descriptor_pb2
    method = descriptor_pb2.MethodDescriptorProto(name="Reserve")
    method.options.Extensions[annotations_pb2.http].post = "/v1/reserve"
    with pytest.raises(ApiError, match="for services only"):
        _rpc("fiscus.budget.v1.BudgetService", method, ("SCOPE_TENANT", "CALLERS_SERVICE"), _Messages(descriptor_pb2.FileDescriptorSet()))


def test_without_public_keys_there_is_no_gateway():
    service = Service("fiscus.x.v1.X", "x", [Rpc("fiscus.x.v1.X", "Get", False, "SCOPE_SELF", "CALLERS_ANY")])
    with pytest.raises(ValueError, match="jwks"):
        routes.keys(settings([service]))


@pytest.mark.parametrize("template, regex", [
    ("/v1/a/{id}", "/v1/a/[^/]+"),
    ("/v1/{name=a/*}:do", "/v1/[^/]+:do"),
    ("/v1/{name=a/**}", "/v1/.+"),
])
def test_templates_of_public_rpcs(template, regex):
    assert _template_match("GET", template)["safe_regex"]["regex"] == regex




@pytest.mark.parametrize("template, pattern", [
    ("/v1/a/{id}", "^/v1/a/[^/]+$"),
    ("/v1/my-a:do", "^/v1/my%-a:do$"),
    ("/v1/{name=a/*}:do", "^/v1/[^/]+:do$"),
    ("/v1/{name=a/**}", "^/v1/.+$"),
])
def test_templates_of_bodies(template, pattern):
    assert lua_pattern(template) == pattern


def test_what_a_body_may_hold_is_known_all_the_way_down(services):
    by_name = {service.backend: service for service in services}
    messages = by_name["budget"].messages
    assert messages["fiscus.budget.v1.ApproveLineRequest"]["line"] == "fiscus.budget.v1.BudgetLine"
    assert messages["fiscus.budget.v1.ApproveLineRequest"]["validateOnly"] is False
    assert messages["fiscus.budget.v1.BudgetLine"]["classification"] in messages
    kinds = {kind for service in services for fields in service.messages.values() for kind in fields.values() if kind}
    assert all(any(kind.removeprefix("{}") in service.messages for service in services) for kind in kinds)
    assert "google.protobuf.Timestamp" not in messages
