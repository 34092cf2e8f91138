"""The real Envoy before a small server that stands for identity and alerting: one error shape, tokens, limits, exact amounts."""

import base64
import json
import re
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent import futures

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from services.gateway.envoy import drain
from services.gateway.envoy.api import read_services
from services.gateway.envoy.errors import REFUSALS
from services.gateway.tests.tokens import Signer
from tools.stack.gateway import Gateway
from tools.stack.paths import REPO, default_build
from tools.stack.ports import Ports
from tools.stack.process import Process

FEN = "9007199254740993"  # 2^53 + 1: a client that reads it as a floating-point number loses a fen
DEADLINE_S = 3
WHO_AM_I = "/fiscus.identity.v1.IdentityService/WhoAmI"


@pytest.fixture(name="signer", scope="module")
def signer_fixture(tmp_path_factory):
    return Signer(tmp_path_factory.mktemp("keys"), "k1")


def stand_in(signer):
    from fiscus.identity.v1 import identity_pb2
    from fiscus.identity.v1 import identity_service_pb2 as pb
    from fiscus.identity.v1 import identity_service_pb2_grpc as stubs
    from fiscus.alerting.v1 import alerting_service_pb2 as alerting
    from fiscus.alerting.v1 import alerting_service_pb2_grpc as alerting_stubs

    class Identity(stubs.IdentityServiceServicer):
        def GetJwks(self, request, context):
            x, y = signer.jwk()
            return pb.Jwks(keys=[pb.Jwk(kty="EC", crv="P-256", x=x, y=y, kid=signer.kid, use="sig", alg="ES256")])

        def Login(self, request, context):
            status = status_pb2.Status(code=16, message="密码不符")
            status.details.add().Pack(error_details_pb2.ErrorInfo(reason="INVALID_CREDENTIALS", domain="fiscus.identity.v1"))
            context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
            context.abort(grpc.StatusCode.UNAUTHENTICATED, status.message)

        def WhoAmI(self, request, context):
            headers = dict(context.invocation_metadata())
            return pb.WhoAmIResponse(tenant=headers.get("x-fiscus-tenant", "none"))

        def ListUnits(self, request, context):
            return pb.ListUnitsResponse(next_page_token=request.under_path)

        def ListRoles(self, request, context):
            time.sleep(DEADLINE_S + 2)
            return pb.ListRolesResponse()

        def CreateUnit(self, request, context):
            return identity_pb2.Unit(code=request.code, name=request.name, path=request.parent_path)

        def BatchCreateUnits(self, request, context):
            return pb.BatchCreateUnitsResponse()

    class Alerting(alerting_stubs.AlertingServiceServicer):
        def WatchAlerts(self, request, context):
            yield alerting.AlertChange(resume_token="x")
            yield alerting.AlertChange(resume_token="x")

    server = grpc.server(futures.ThreadPoolExecutor(4))
    stubs.add_IdentityServiceServicer_to_server(Identity(), server)
    alerting_stubs.add_AlertingServiceServicer_to_server(Alerting(), server)
    return server


@pytest.fixture(name="call", scope="module")
def call_fixture(tmp_path_factory, signer):
    """A function (method, path, body, headers) → (HTTP status, content type, parsed JSON)."""
    folder = tmp_path_factory.mktemp("gateway")
    ports = Ports(folder, folder / "registry.json")
    backends = {name: f"127.0.0.1:{ports[name]}" for name in ("identity", "budget", "alerting")}
    server = stand_in(signer)
    server.add_insecure_port(backends["identity"])
    server.add_insecure_port(backends["alerting"])  # nobody listens for budget
    server.start()
    # At a second address of identity nobody listens, as while a replica is replaced: all tests run with it.
    gateway = Gateway(folder, ports, default_build(), backends | {"identity": f"{backends['identity']},127.0.0.2:{ports['identity']}"},
                      deadline_max_s=DEADLINE_S)
    gateway.prepare()
    answer_with_every_status(folder / "gateway" / "envoy.json")
    process = Process(folder, "gateway")
    process.start(gateway.spec())
    process.wait_ready(gateway.ready, 30)
    context = ssl.create_default_context(cafile=str(gateway.ca))

    def call(method, path, body=None, **headers):
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        request = urllib.request.Request(f"https://{gateway.address}{path}", data, method=method, headers={
            name.replace("_", "-"): value for name, value in headers.items()})
        try:
            with urllib.request.urlopen(request, context=context, timeout=10) as answer:
                return answer.status, answer.headers["content-type"], json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            return error.code, error.headers["content-type"], json.loads(error.read())

    call.address, call.ca, call.admin, call.metrics = gateway.address, gateway.ca, gateway.admin, gateway.metrics
    call.folder = folder / "gateway"
    yield call
    process.ask_to_stop()
    process.wait_gone()
    server.stop(None)


def answer_with_every_status(bootstrap):
    """Under /status/<n> Envoy refuses of its own accord with HTTP status n: the shapes of what no test can bring about."""
    config = json.loads(bootstrap.read_text())
    manager = config["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    manager["route_config"]["virtual_hosts"][0]["routes"][:0] = [
        {"match": {"path": f"/status/{status}"}, "direct_response": {"status": status}} for status in (*REFUSALS, 418)]
    bootstrap.write_text(json.dumps(config))


def refusal(answer, http, code, reason):
    status, content_type, body = answer
    assert (status, content_type, body["code"]) == (http, "application/json", code)
    assert body["message"] and isinstance(body["details"], list)
    assert reason in [detail.get("reason") for detail in body["details"]]


def test_a_write_that_reached_nobody_is_sent_to_another_replica(call):
    for _ in range(20):
        refusal(call("POST", "/v1/auth:login", {"tenant": "t"}), 401, 16, "INVALID_CREDENTIALS")


def bearer(token):
    return {"authorization": f"Bearer {token}"}


def test_a_refusal_of_a_service_keeps_code_message_and_details(call):
    answer = call("POST", "/v1/auth:login", {"tenant": "t"})
    refusal(answer, 401, 16, "INVALID_CREDENTIALS")
    assert answer[2]["message"] == "密码不符"


@pytest.mark.parametrize("claims, http, code, reason", [
    ({"exp": 1}, 401, 16, "TOKEN_REFUSED"),
    ({"iss": "other"}, 401, 16, "TOKEN_REFUSED"),
    ({"aud": "other"}, 403, 7, "ACCESS_DENIED"),  # a good token for somebody else
], ids=str)
def test_a_token_that_is_not_ours_or_not_now_is_refused(call, signer, claims, http, code, reason):
    refusal(call("GET", "/v1/auth:whoami", **bearer(signer.token(**claims))), http, code, reason)


def test_a_forged_token_is_refused(call, tmp_path):
    forged = Signer(tmp_path, "k1").token()
    refusal(call("GET", "/v1/auth:whoami", **bearer(forged)), 401, 16, "TOKEN_REFUSED")
    refusal(call("GET", "/v1/auth:whoami", **bearer("nonsense")), 401, 16, "TOKEN_REFUSED")
    refusal(call("GET", "/v1/auth:whoami"), 401, 16, "TOKEN_REFUSED")


def test_a_valid_token_passes_and_internal_headers_do_not(call, signer):
    status, _, body = call("GET", "/v1/auth:whoami", x_fiscus_tenant="other", **bearer(signer.token()))
    assert (status, body["tenant"]) == (200, "none")


def test_digits_of_parameters_are_kept(call, signer):
    _, _, body = call("GET", f"/v1/units?under_path={FEN}", **bearer(signer.token()))
    assert body["next_page_token"] == FEN


@pytest.mark.parametrize("method, path, body, http, code, reason", [
    ("GET", "/v1/nothing", None, 404, 5, "NO_SUCH_METHOD"),
    ("GET", "/v1/units?nothing=1", None, 400, 3, "MALFORMED_REQUEST"),
    ("GET", "/v1/units?page_size=many", None, 400, 3, "MALFORMED_REQUEST"),
    ("POST", "/v1/units", {"kind": "NO_SUCH_KIND"}, 400, 3, "MALFORMED_REQUEST"),
    ("POST", "/v1/units", b'{"code": ', 400, 3, "MALFORMED_REQUEST"),
    ("POST", "/v1/units", {"code": "x" * 5_000_000}, 413, 8, "REQUEST_TOO_LARGE"),
    ("GET", "/v1/budgets", None, 404, 5, "NO_SUCH_METHOD"),
    ("POST", "/fiscus.identity.v1.IdentityService/ListRevocations", {}, 404, 5, "NO_SUCH_METHOD"),
])
def test_what_the_gateway_refuses_has_the_same_shape(call, signer, method, path, body, http, code, reason):
    refusal(call(method, path, body, **bearer(signer.token())), http, code, reason)


@pytest.mark.parametrize("status", REFUSALS)
def test_every_refusal_of_the_gateway_has_one_shape_in_rest_grpc_and_grpc_web(call, signer, status):
    expected = REFUSALS[status]
    token = bearer(signer.token())
    refusal(call("GET", f"/status/{status}", **token), status, expected.code, expected.reason)
    for code, message, details in (by_grpc(call, f"/status/{status}", b"", **token), by_web(call, f"/status/{status}", b"", **token)):
        assert code == (expected.grpc_code or expected.code)
        assert message.startswith(expected.sentence)
        assert (details.code, reason_of(details)) == (code, f"fiscus.gateway {expected.reason}")


def test_a_status_that_nobody_foresaw_has_the_shape_too(call, signer):
    token = bearer(signer.token())
    refusal(call("GET", "/status/418", **token), 418, 13, "GATEWAY_FAILED")
    code, _, details = by_web(call, "/status/418", b"", **token)
    assert (code, reason_of(details)) == (13, "fiscus.gateway GATEWAY_FAILED")


@pytest.mark.parametrize("content_type", ["application/grpc-web+proto", "application/grpc-web", "application/grpc-web-text"])
def test_a_browser_without_a_good_token_is_told_so_in_grpc_web(call, signer, content_type):
    code, message, details = by_web(call, WHO_AM_I, b"", content_type=content_type)
    assert (code, reason_of(details)) == (16, "fiscus.gateway TOKEN_REFUSED")
    assert "Jwt_is_missing" in message
    code, _, details = by_web(call, WHO_AM_I, b"", content_type=content_type, **bearer(signer.token(aud="other")))
    assert (code, reason_of(details)) == (7, "fiscus.gateway ACCESS_DENIED")


@pytest.mark.parametrize("by, size", [("grpc", 5_000_000), ("grpc", 50_000_000), ("web", 5_000_000)])
def test_an_oversized_grpc_request_reaches_no_service(call, signer, by, size):
    send = {"grpc": by_grpc, "web": by_web}[by]
    code, _, details = send(call, WHO_AM_I, b"x" * size, **bearer(signer.token()))
    assert (code, reason_of(details)) == (8, "fiscus.gateway REQUEST_TOO_LARGE")


def test_a_service_that_is_down_or_slow_is_said_to_be_so_in_rest(call, signer):
    refusal(call("GET", "/v1/budgetLines", **bearer(signer.token())), 503, 14, "SERVICE_UNAVAILABLE")
    refusal(call("GET", "/v1/roles", **bearer(signer.token())), 504, 4, "DEADLINE_EXCEEDED")


def bodies():
    """(verb, path) of every binding that takes a JSON body, with something for its variables."""
    services = read_services((default_build() / "fiscus.protoset").read_bytes())
    return [(verb, re.sub(r"\{[^{}]*\}", "x", template)) for service in services if service.backend in ("identity", "budget", "alerting")
            for rpc in service.rpcs if rpc.for_people for verb, template, _ in rpc.bodies]


@pytest.mark.parametrize("verb, path", bodies(), ids=str)
def test_a_misspelt_field_is_refused_by_name(call, signer, verb, path):
    answer = call(verb, path, {"validate_onyl": True}, **bearer(signer.token()))
    refusal(answer, 400, 3, "MALFORMED_REQUEST")
    assert answer[2]["message"] == "The request cannot be read. There is no field validate_onyl."


@pytest.mark.parametrize("body, found", [
    ({"units": [{"code": "1"}, {"code": "1", "nmae": "x"}]}, "There is no field units[1].nmae."),
    (b'{"units": [{"code": "\\"}", "\\u0063ode": "1"}]}', "There is no field units[0].\\u0063ode."),
    ('{"units": null, "\n项目": 1}'.encode(), "There is no field \n项目."),
    (b'{"units": []} {}', "There is no JSON at byte 15."),
    (b'{"units": [],}', "There is no JSON at byte 14."),
    (b"{'units': []}", "There is no JSON at byte 2."),
    (b"{units: []}", "There is no JSON at byte 2."),
    (b'{"units": [', "There is no JSON at byte 12."),
    (b'{"units": ' + b"[" * 200 + b"]" * 200 + b"}", "It is nested too deeply."),
    (b'{"units": ["\xcf\xee"], "x": ' + b"1" * 4_000_000 + b"}", "There is no field x."),
], ids=range(10))
def test_unknown_fields_are_found_wherever_they_are(call, signer, body, found):
    answer = call("POST", "/v1/units:batchCreate/", body, **bearer(signer.token()))
    refusal(answer, 400, 3, "MALFORMED_REQUEST")
    assert answer[2]["message"] == f"The request cannot be read. {found}"


@pytest.mark.parametrize("body", [
    {"request_id": "x", "parent_path": "/33/", "code": "33", "name": 'quoted "{[ 项目'},
    {"requestId": "x", "parentPath": "/33/", "code": "33", "name": 'quoted "{[ 项目'},
    ' {"parent_path" : "/33/",\n"code":"33" , "name": "quoted \\"{[ \\u9879目", "request_id" : null }\n'.encode(),
], ids=range(3))
def test_known_fields_pass_in_both_spellings(call, signer, body):
    status, _, unit = call("POST", "/v1/units", body, **bearer(signer.token()))
    assert (status, unit["name"], unit["path"]) == (200, 'quoted "{[ 项目', "/33/")


def test_a_service_that_is_down_is_said_to_be(call, signer):
    from fiscus.budget.v1 import budget_service_pb2_grpc as stubs
    with channel(call) as secure:
        stub = stubs.BudgetServiceStub(secure)
        method = next(name for name in dir(stub) if name.startswith("List"))
        with pytest.raises(grpc.RpcError) as refused:
            getattr(stub, method)(_request("budget", method), timeout=5, metadata=tuple(bearer(signer.token()).items()))
    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
    assert refused.value.details().startswith("The service does not answer: try again later.")


def test_grpc_speaks_through_the_same_port(call, signer):
    from fiscus.identity.v1 import identity_service_pb2 as pb
    from fiscus.identity.v1 import identity_service_pb2_grpc as stubs
    with channel(call) as secure:
        stub = stubs.IdentityServiceStub(secure)
        assert stub.WhoAmI(pb.WhoAmIRequest(), timeout=5, metadata=tuple(bearer(signer.token()).items())).tenant == "none"
        with pytest.raises(grpc.RpcError) as refused:
            stub.WhoAmI(pb.WhoAmIRequest(), timeout=5)
        assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
        with pytest.raises(grpc.RpcError) as refused:
            stub.Login(pb.LoginRequest(), timeout=5)
        trailers = dict(refused.value.trailing_metadata())
        assert b"INVALID_CREDENTIALS" in trailers["grpc-status-details-bin"]


def test_grpc_web_speaks_through_the_same_port(call):
    request = urllib.request.Request(
        f"https://{call.address}/fiscus.identity.v1.IdentityService/GetJwks", b"\0\0\0\0\0",
        {"content-type": "application/grpc-web+proto"})
    with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=str(call.ca)), timeout=5) as answer:
        body = answer.read()
    assert answer.headers["content-type"] == "application/grpc-web+proto"
    assert b"P-256" in body and b"grpc-status:0" in body.replace(b" ", b"")


def test_a_stream_is_one_json_object_a_line(call, signer):
    request = urllib.request.Request(f"https://{call.address}/v1/alerts:watch", headers=bearer(signer.token()))
    with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=str(call.ca)), timeout=5) as answer:
        lines = [json.loads(line) for line in answer.read().splitlines()]
    assert len(lines) == 2


def test_the_openapi_document_is_served_to_all_and_names_every_rpc(call):
    status, content_type, document = call("GET", "/openapi/fiscus.swagger.json")
    assert (status, content_type) == (200, "application/json")
    services = read_services((default_build() / "fiscus.protoset").read_bytes())
    bindings = [(verb.lower(), template, f"{rpc.service.rpartition('.')[2]}_{rpc.name}")
                for service in services for rpc in service.rpcs if rpc.for_people for verb, template in rpc.http]
    assert len(bindings) > 50
    for verb, template, operation in bindings:
        assert document["paths"][template][verb]["operationId"].startswith(operation), template


def test_health_needs_no_token(call):
    assert call("GET", "/healthz")[0] == 200


def test_a_gateway_that_shall_go_turns_unhealthy_and_still_serves(call, signer):
    before = drained(call)
    assert call("GET", "/v1/auth:whoami", **bearer(signer.token()))[0] == 200
    assert drained(call) == before
    try:
        subprocess.run([sys.executable, "-m", "services.gateway.envoy.drain", "--admin", call.admin, "--seconds", "0"],
                       cwd=REPO, check=True, timeout=20)
        assert call("GET", "/healthz")[0] == 503
        assert call("GET", "/v1/auth:whoami", **bearer(signer.token()))[0] == 200
        assert drained(call) > before  # the client was asked to connect anew
    finally:
        drain.ask(call.admin, "healthcheck/ok")
    assert call("GET", "/healthz")[0] == 200


def drained(call):
    """How many clients' connections Envoy has asked to end."""
    with urllib.request.urlopen(f"http://{call.metrics}/metrics", timeout=5) as answer:
        found = re.search(r'^envoy_http_downstream_cx_drain_close{[^}]*"public"} (\d+)', answer.read().decode(), re.MULTILINE)
    return int(found[1])


def test_figures_are_given_and_the_rest_of_the_admin_interface_is_not(call):
    call("GET", "/healthz")
    with urllib.request.urlopen(f"http://{call.metrics}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    rules = (REPO / "helm/fiscus/files/alerts.yaml").read_text()
    alerted = set(re.findall(r"\benvoy_\w+(?=[{\[)])", rules.replace("by (envoy_cluster_name)", "")))
    assert len(alerted) == 3
    for name in alerted | {"envoy_cluster_upstream_rq_time_bucket"}:
        assert re.search(f"^{name}{{", text, re.MULTILINE), name
    for method, path in (("GET", "/"), ("GET", "/config_dump"), ("POST", "/quitquitquit"), ("POST", "/metrics")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(f"http://{call.metrics}{path}", method=method), timeout=5)
        assert refused.value.code == 404


def test_a_renewed_certificate_is_served_without_a_restart(call, tmp_path):
    names = ("server.pem", "server.key")
    former = {name: (call.folder / name).read_text() for name in names}
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=renewed",
                    "-keyout", tmp_path / names[1], "-out", tmp_path / names[0]], check=True, capture_output=True)
    renewed = {name: (tmp_path / name).read_text() for name in names}
    try:
        assert served(call) == former["server.pem"]
        exchange(call.folder, renewed)
        wait_until(lambda: served(call) == renewed["server.pem"])
    finally:
        exchange(call.folder, former)
        wait_until(lambda: served(call) == former["server.pem"])


def served(call):
    """The certificate that a client is shown, as PEM."""
    host, port = call.address.split(":")
    return ssl.get_server_certificate((host, int(port)))


def exchange(folder, files):
    """By renaming, as a volume of Kubernetes and careful tools do."""
    for name, text in files.items():
        (folder / f"{name}.new").write_text(text)
        (folder / f"{name}.new").rename(folder / name)


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def by_grpc(call, path, message, **headers):
    """(code, message, google.rpc.Status) of the refusal that a gRPC call gets."""
    with channel(call) as secure, pytest.raises(grpc.RpcError) as refused:
        secure.unary_unary(path)(message, timeout=20, metadata=tuple(headers.items()))
    trailers = dict(refused.value.trailing_metadata())
    return (refused.value.code().value[0], refused.value.details(),
            status_pb2.Status.FromString(trailers["grpc-status-details-bin"]))


def by_web(call, path, message, content_type="application/grpc-web+proto", **headers):
    """The same of a gRPC-Web call, made by hand. A refusal is HTTP's 200 with its status in the headers."""
    request = urllib.request.Request(f"https://{call.address}{path}", frame(message), {"content-type": content_type, **headers})
    with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=str(call.ca)), timeout=20) as answer:
        assert answer.status == 200 and answer.headers["content-type"].startswith("application/grpc-web")
        details = answer.headers["grpc-status-details-bin"]
        return (int(answer.headers["grpc-status"]), answer.headers["grpc-message"],
                status_pb2.Status.FromString(base64.b64decode(details + "=" * (-len(details) % 4))))


def frame(message):
    """gRPC's framing: not compressed, length, bytes."""
    return b"\0" + len(message).to_bytes(4, "big") + message


def reason_of(status):
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    return f"{info.domain} {info.reason}"


def channel(call):
    return grpc.secure_channel(call.address, grpc.ssl_channel_credentials(call.ca.read_bytes()))


def _request(service, method):
    import importlib
    module = importlib.import_module(f"fiscus.{service}.v1.{service}_service_pb2")
    return getattr(module, f"{method}Request")()
