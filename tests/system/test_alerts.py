"""Alerts through the gateway: from the monitor's warnings to closure, the stream that shows it, and the business clock."""

import threading
import time
import uuid

import grpc
import pytest
from tools.province.api import Refusal


@pytest.fixture(scope="module")
def api(stack):
    """The protos' modules, known once a stack is up."""
    from fiscus.alerting.v1 import alerting_pb2, alerting_service_pb2
    return type("Api", (), {"rpc": alerting_service_pb2, "command": alerting_pb2.AlertCommand, "state": alerting_pb2.AlertState})


@pytest.fixture(scope="module")
def open_alerts(cast, province, api):
    alerts = list(cast.auditor.alerting.all("ListAlerts", api.rpc.ListAlertsRequest(open_only=True), "alerts"))
    assert alerts, "a month of trouble raised no alert"
    return alerts


def run(api, session, alert, command, note="in order", **fields):
    method = "AnswerAlert" if command in ("ACKNOWLEDGE", "SUBMIT_RESULT") else "SuperviseAlert"
    return getattr(session.alerting, method)(api.rpc.AlertCommandRequest(
        request_id=str(uuid.uuid4()), alert_id=alert.alert_id, command=api.command.Value(f"ALERT_COMMAND_{command}"), note=note,
        **fields))


def closed_until(api, cast):
    return cast.auditor.alerting.ListCalendarDays(api.rpc.ListCalendarDaysRequest(year=2026)).last_closed


class Screen:
    """A supervisor's screen: what the stream brought, kept by a thread."""

    def __init__(self, session, request):
        self._stream = session.alerting.stream("WatchAlerts", request)
        self.changes, self._came = [], threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            for change in self._stream:
                with self._came:
                    self.changes.append(change)
                    self._came.notify_all()
        except grpc.RpcError:
            pass  # cancelled by close()

    def wait(self, alert_id, state, seconds=10):
        def found():
            return next((c for c in self.changes if c.alert.alert_id == alert_id and c.alert.state == state), None)
        with self._came:
            assert self._came.wait_for(found, seconds), f"{alert_id} did not appear in state {state}"
            return found()

    def close(self):
        self._stream.cancel()
        self._thread.join()


def test_an_alert_goes_to_closure_while_the_screen_shows_it(api, cast, open_alerts):
    alert = open_alerts[0]
    screen = Screen(cast.supervisor, api.rpc.WatchAlertsRequest(project_id=alert.project_id))
    head = cast.of_unit("head", alert.unit_path)
    try:
        time.sleep(1)  # a stream shows what happens once the server has it
        tokens = []
        for session, command, state in ((head, "ACKNOWLEDGE", "ACKNOWLEDGED"), (cast.supervisor, "VERIFY", "VERIFYING"),
                                        (cast.supervisor, "ORDER_RECTIFICATION", "RECTIFYING"), (head, "SUBMIT_RESULT", "SUBMITTED"),
                                        (cast.supervisor, "CONFIRM_RESULT", "VERIFIED"), (cast.supervisor, "CLOSE", "CLOSED")):
            answer = run(api, session, alert, command)
            assert answer.state == api.state.Value(f"ALERT_STATE_{state}")
            tokens.append(screen.wait(alert.alert_id, answer.state).resume_token)
    finally:
        screen.close()
    # A stream that was cut after the first step goes on with the others.
    again = Screen(cast.supervisor, api.rpc.WatchAlertsRequest(project_id=alert.project_id, resume_token=tokens[0]))
    try:
        again.wait(alert.alert_id, api.state.Value("ALERT_STATE_CLOSED"))
        assert [c.resume_token for c in again.changes if c.alert.alert_id == alert.alert_id][:5] == tokens[1:]
    finally:
        again.close()
    steps = cast.auditor.alerting.GetAlert(api.rpc.GetAlertRequest(alert_id=alert.alert_id)).steps
    assert [s.note for s in steps][-6:] == ["in order"] * 6


def test_refusals_name_their_reasons(api, cast, open_alerts):
    alert = open_alerts[-1]
    with pytest.raises(Refusal) as early:
        run(api, cast.supervisor, alert, "CLOSE")
    assert (early.value.reason, early.value.domain) == ("WRONG_STATE", "fiscus.alerting.v1")
    with pytest.raises(Refusal) as stale:
        run(api, cast.supervisor, alert, "VERIFY", expected_version=10**6)
    assert stale.value.reason == "VERSION_MISMATCH"
    with pytest.raises(Refusal) as mute:
        run(api, cast.of_unit("head", alert.unit_path), alert, "CLOSE")
    assert mute.value.code in (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT)


def test_one_open_alert_per_fingerprint(open_alerts):
    fingerprints = [alert.fingerprint for alert in open_alerts]
    assert len(fingerprints) == len(set(fingerprints))


def test_counts_are_those_of_the_list(api, cast, province):
    listed = list(cast.auditor.alerting.all("ListAlerts", api.rpc.ListAlertsRequest(), "alerts"))
    counts = cast.auditor.alerting.CountAlerts(api.rpc.CountAlertsRequest()).counts
    assert sum(count.alerts for count in counts) == len(listed)


def test_a_unit_sees_its_own_alerts_only(api, cast, open_alerts):
    for unit in {alert.unit_path for alert in open_alerts}:
        head = cast.of_unit("head", unit)
        seen = list(head.alerting.all("ListAlerts", api.rpc.ListAlertsRequest(), "alerts"))
        assert seen and all(alert.unit_path.startswith(unit) for alert in seen)


def test_days_go_forward(api, cast, province):
    last = closed_until(api, cast)
    again = cast.supervisor.alerting.CloseDay(api.rpc.CloseDayRequest(request_id=str(uuid.uuid4()), date=last))
    assert again.date == last
    for date in ("2026-01-01", "2062-01-01"):
        with pytest.raises(Refusal) as refusal:
            cast.supervisor.alerting.CloseDay(api.rpc.CloseDayRequest(request_id=str(uuid.uuid4()), date=date))
        assert refusal.value.reason == "DAY_OUT_OF_ORDER"
        assert refusal.value.figures["last_closed"] == last
    assert closed_until(api, cast) == last
