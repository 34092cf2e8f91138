"""Amounts as clients see them: exact in gRPC and JSON, refused with figures, idempotent, never half done."""

import uuid

import pytest
from tests.system import rest

# The first integer that a double cannot hold.
BIG = 9007199254740993


@pytest.fixture(scope="module")
def api(stack):
    """The protos' modules, known once a stack is up."""
    from fiscus.budget.v1 import budget_pb2, budget_service_pb2
    from fiscus.projects.v1 import projects_pb2, projects_service_pb2
    from fiscus.type.v1 import type_pb2
    return type("Api", (), {"budget": budget_service_pb2, "line": budget_pb2, "projects": projects_service_pb2,
                            "project": projects_pb2, "money": type_pb2.Money})


def new_id():
    return str(uuid.uuid4())


def line_request(api, unit_path, project_id, line_id, amount, **changes):
    line = api.line.BudgetLine(line_id=line_id, code=f"B-{line_id[:8]}", document_no="Doc 1", unit_path=unit_path, project_id=project_id,
                               fiscal_year=2026, currency="CNY", mode=api.line.LINE_MODE_CONTROLLED, state=api.line.LINE_STATE_ACTIVE,
                               classification=api.line.Classification(function_class="2050202", fund_nature="general"))
    return api.budget.ApproveLineRequest(request_id=changes.pop("request_id", None) or new_id(), line=line,
                                         amount=api.money(minor=amount, currency="CNY"), effective_date="2026-01-10", **changes)


@pytest.fixture(scope="module")
def big_line(api, cast, province, plots):
    """A line of a playing project with an amount beyond 2^53."""
    line_id = new_id()
    cast.budgeteer.budget.ApproveLine(line_request(api, plots[0].unit_path, plots[0].project_id, line_id, BIG))
    return line_id


def test_a_big_amount_survives_grpc_and_the_ledger(api, cast, big_line):
    line = cast.auditor.budget.GetLine(api.budget.GetLineRequest(line_id=big_line))
    assert line.balances.approved == BIG
    entries = cast.auditor.budget.ListEntries(api.budget.ListEntriesRequest(line_id=big_line)).entries
    assert [e.amount for e in entries] == [BIG]


def test_a_big_amount_is_a_string_in_json(stack, cast, big_line):
    answer = rest.request(stack, "GET", f"/v1/budgetLines/{big_line}", token=cast.auditor.token())
    assert answer.status == 200
    assert answer.body["balances"]["approved"] == str(BIG)


def test_a_big_amount_enters_by_json(stack, api, cast, province, plots):
    line_id = new_id()
    body = {"request_id": new_id(), "effective_date": "2026-01-10", "amount": {"minor": str(BIG), "currency": "CNY"},
            "line": {"line_id": line_id, "code": f"J-{line_id[:8]}", "document_no": "Doc 2", "unit_path": plots[1].unit_path,
                     "project_id": plots[1].project_id, "fiscal_year": 2026, "currency": "CNY", "mode": "LINE_MODE_CONTROLLED",
                     "state": "LINE_STATE_ACTIVE", "classification": {"function_class": "2050202", "fund_nature": "general"}}}
    answer = rest.request(stack, "POST", "/v1/budgetLines", body, token=cast.budgeteer.token())
    assert answer.status == 200, answer.text
    assert cast.auditor.budget.GetLine(api.budget.GetLineRequest(line_id=line_id)).balances.approved == BIG


def test_a_big_amount_passes_by_grpc_web_both_ways(stack, api, cast, plots):
    line_id = new_id()
    request = line_request(api, plots[1].unit_path, plots[1].project_id, line_id, BIG)
    service = "/fiscus.budget.v1.BudgetService"
    answer = rest.grpc_web(stack, f"{service}/ApproveLine", request.SerializeToString(), cast.budgeteer.token())
    assert api.budget.LedgerResponse.FromString(answer).line.balances.approved == BIG
    read = api.budget.GetLineRequest(line_id=line_id).SerializeToString()
    assert api.line.BudgetLine.FromString(rest.grpc_web(stack, f"{service}/GetLine", read, cast.auditor.token())).balances.approved == BIG


def test_the_monitor_counts_a_big_amount_exactly(stack, cast, big_line, plots):
    from fiscus.monitor.v1 import monitor_service_pb2 as monitor
    from tools.province import figures
    assert figures.settle(cast.auditor, stack) == []
    indicators = cast.auditor.monitor.GetIndicators(monitor.GetIndicatorsRequest(project_id=plots[0].project_id))
    assert indicators.authorised == plots[0].budget + BIG


def test_the_same_request_is_answered_as_the_first_time_and_another_body_refused(api, cast, province, plots):
    from tools.province.api import Refusal
    request = line_request(api, plots[0].unit_path, plots[0].project_id, new_id(), 1000)
    first = cast.budgeteer.budget.ApproveLine(request)
    assert cast.budgeteer.budget.ApproveLine(request) == first
    request.amount.minor = 1001
    with pytest.raises(Refusal) as refused:
        cast.budgeteer.budget.ApproveLine(request)
    assert refused.value.reason == "REQUEST_ID_REUSED"


def test_validate_only_changes_nothing(api, cast, province, plots):
    from tools.province.api import Refusal
    line_id = new_id()
    answer = cast.budgeteer.budget.ApproveLine(line_request(api, plots[0].unit_path, plots[0].project_id, line_id, 1000, validate_only=True))
    assert answer.line.balances.approved == 1000
    with pytest.raises(Refusal) as refused:
        cast.auditor.budget.GetLine(api.budget.GetLineRequest(line_id=line_id))
    assert refused.value.reason == "LINE_NOT_FOUND"


def test_a_refusal_explains_itself_with_figures(cast, province):
    overspends = [r for r in province.refused]
    assert province.plots and all(r.refusal.figures for r in overspends)


@pytest.mark.parametrize("field, value, violation", [
    ("effective_date", "2026-02-30", "effective_date"),
    ("request_id", "nonsense", "request_id"),
    ("line.line_id", "NOT-A-UUID", "line_id"),
    ("amount.currency", "yuan", "amount.currency"),
])
def test_a_malformed_field_is_named(stack, api, cast, plots, field, value, violation):
    from google.protobuf.json_format import MessageToDict
    body = MessageToDict(line_request(api, plots[0].unit_path, plots[0].project_id, new_id(), 1000), preserving_proto_field_name=True)
    *parents, leaf = field.split(".")
    target = body
    for name in parents:
        target = target[name]
    target[leaf] = value
    answer = rest.request(stack, "POST", "/v1/budgetLines", body, token=cast.budgeteer.token())
    assert answer.status == 400
    assert answer.reason == "FIELD_INVALID"
    fields = [v["field"] for d in answer.body["details"] for v in d.get("field_violations", d.get("fieldViolations", []))]
    assert any(violation in name for name in fields), answer.text


@pytest.mark.parametrize("amount, reason", [(0, "AMOUNT_NOT_POSITIVE"), (-5, "AMOUNT_NOT_POSITIVE")])
def test_amounts_must_be_positive(api, cast, province, plots, amount, reason):
    from tools.province.api import Refusal
    with pytest.raises(Refusal) as refused:
        cast.budgeteer.budget.ApproveLine(line_request(api, plots[0].unit_path, plots[0].project_id, new_id(), amount))
    assert refused.value.reason == reason


def test_a_misspelt_validate_only_is_no_write(stack, api, cast, plots):
    from google.protobuf.json_format import MessageToDict
    from tools.province.api import Refusal
    line_id = new_id()
    body = MessageToDict(line_request(api, plots[0].unit_path, plots[0].project_id, line_id, 1000))
    answer = rest.request(stack, "POST", "/v1/budgetLines", body | {"validateOnyl": True}, token=cast.budgeteer.token())
    assert (answer.status, answer.reason) == (400, "MALFORMED_REQUEST")
    assert "validateOnyl" in answer.body["message"]
    with pytest.raises(Refusal) as refused:
        cast.auditor.budget.GetLine(api.budget.GetLineRequest(line_id=line_id))
    assert refused.value.reason == "LINE_NOT_FOUND"
    assert rest.request(stack, "POST", "/v1/budgetLines", body, token=cast.budgeteer.token()).status == 200


@pytest.mark.parametrize("body", ["{", "[]", '{"unknown_field": 1}', '{"line": {"mode": "NO_SUCH_MODE"}}'])
def test_foreign_json_is_an_error_in_our_shape(stack, cast, body):
    answer = rest.request(stack, "POST", "/v1/budgetLines", body, token=cast.budgeteer.token())
    assert answer.status == 400
    assert {"code", "message"} <= set(answer.body), answer.text


def test_an_oversized_body_is_refused_in_our_shape(stack, cast):
    # A little more than the 4 MiB: what the gateway no longer reads fits into the sockets' buffers, so that its answer arrives.
    body = '{"x": "' + "y" * ((4 << 20) + (64 << 10)) + '"}'
    answer = rest.request(stack, "POST", "/v1/budgetLines", body, token=cast.budgeteer.token())
    assert (answer.status, answer.reason) == (413, "REQUEST_TOO_LARGE")
    assert {"code", "message"} <= set(answer.body), answer.text[:200]


def test_text_in_a_foreign_encoding_is_refused_with_a_reason(stack, cast):
    import grpc
    from google.rpc import error_details_pb2, status_pb2
    credentials = grpc.ssl_channel_credentials(open(stack.env["FISCUS_CA"], "rb").read())
    with grpc.secure_channel(stack.env["FISCUS_ENDPOINT"], credentials) as channel, pytest.raises(grpc.RpcError) as refused:
        gbk = "项目".encode("gbk")
        channel.unary_unary("/fiscus.budget.v1.BudgetService/GetLine")(
            b"\x0a" + bytes([len(gbk)]) + gbk, metadata=(("authorization", f"Bearer {cast.auditor.token()}"),), timeout=20)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    status = status_pb2.Status.FromString(dict(refused.value.trailing_metadata())["grpc-status-details-bin"])
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info) and info.reason == "MALFORMED_REQUEST"
