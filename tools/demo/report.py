"""What the demo shows: the path of one payment, refusals, deviations, alerts, totals, addresses."""

import threading
import time
from contextlib import contextmanager
from datetime import datetime

import grpc
from fiscus.alerting.v1 import alerting_service_pb2 as alerting
from fiscus.monitor.v1 import monitor_pb2, monitor_service_pb2 as monitor
from fiscus.payments.v1 import payments_pb2, payments_service_pb2 as payments

from tools.province import figures
from tools.province.plot import CURRENCY, YEAR

_SHOWN = 6
_ALERT_WITHIN_S = 20
_SEVERITIES = {monitor_pb2.SEVERITY_RED: "RED", monitor_pb2.SEVERITY_ORANGE: "ORANGE", monitor_pb2.SEVERITY_YELLOW: "YELLOW"}


def yuan(minor):
    return f"{minor // 100:,}.{minor % 100:02d}"


def _time(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class Report:
    def __init__(self, stack, cast, play):
        self._stack, self._cast, self._play = stack, cast, play
        self._seen = []  # (arrival, alert change)
        self._lock = threading.Lock()
        self._trace = []
        self.problems = []

    # Watching and tracing

    @contextmanager
    def watching(self):
        """Listens to the stream of alerts meanwhile, as a supervisor's screen does."""
        stream = self._cast.supervisor.alerting.stream("WatchAlerts", alerting.WatchAlertsRequest())
        thread = threading.Thread(target=self._listen, args=(stream,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stream.cancel()
            thread.join()

    def _listen(self, stream):
        try:
            for change in stream:
                with self._lock:
                    self._seen.append((datetime.now().astimezone(), change))
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.CANCELLED:
                self.problems.append(f"the stream of alerts broke: {error.details()}")

    def trace_one_payment(self):
        """A payment far ahead of the work: from the RPC to the alert on the supervisor's screen."""
        plot = next(p for p in self._play.plots if p.story == "healthy")
        session = self._cast.of_unit("operator", plot.unit_path)
        asked = datetime.now().astimezone()
        amount = plot.contract * 15 // 100  # more than was certified: R13
        # A month in which the plot has no payment: the seventh.
        payment_id = self._play.submit(plot, 7, amount).payment_id
        answered = datetime.now().astimezone()
        self._play.approve_and_order(plot, payment_id, f"{YEAR}-07-01")
        self._trace = [(asked, "SubmitPayment asked"), (answered, "SubmitPayment answered: money is reserved")]
        payment = self._wait_receipt(session, payment_id)
        for step in payment.steps:
            self._trace.append((_time(step.at), payments_pb2.PaymentState.Name(step.state).removeprefix("PAYMENT_STATE_")))
        self._add_alert(plot, asked)
        self._trace.sort(key=lambda entry: entry[0])

    def _wait_receipt(self, session, payment_id):
        until = time.monotonic() + _ALERT_WITHIN_S
        while True:
            payment = session.payments.GetPayment(payments.GetPaymentRequest(payment_id=payment_id))
            if payment.state == payments_pb2.PAYMENT_STATE_RECEIPTED or time.monotonic() > until:
                return payment
            time.sleep(0.1)

    def _add_alert(self, plot, since):
        until = time.monotonic() + _ALERT_WITHIN_S
        while time.monotonic() < until:
            with self._lock:
                found = [(at, c.alert) for at, c in self._seen
                         if c.alert.project_id == plot.project_id and _time(c.alert.caused_at) >= since]
            if found:
                at, alert = found[0]
                self._trace.append((_time(alert.caused_at), f"event that caused alert {alert.rule_id} ({alert.title}) recorded"))
                self._trace.append((at, f"alert {alert.rule_id} on the supervisor's stream"))
                return
            time.sleep(0.05)
        self.problems.append("the traced payment raised no alert")

    # Printing

    def print_all(self):
        """Prints everything; True if all of it held."""
        differing = figures.settle(self._cast.auditor, self._stack)
        self._print_trace()
        self._print_refusals()
        self._print_deviations()
        self._print_alerts()
        self._print_totals()
        self.problems += differing
        for problem in self.problems:
            print(f"PROBLEM: {problem}")
        return not self.problems

    @staticmethod
    def _head(text):
        print(f"\n== {text} ==")

    def _print_trace(self):
        self._head("The path of one payment (milliseconds from the first call)")
        for at, what in self._trace:
            print(f"{(at - self._trace[0][0]).total_seconds() * 1000:10.1f}  {what}")

    def _print_refusals(self):
        self._head(f"Overspending attempts: {len(self._play.refused)} refused, each with its figures; first {_SHOWN}")
        for refused in self._play.refused[:_SHOWN]:
            refusal = refused.refusal
            figures_text = ", ".join(f"{name} {value}" for name, value in sorted(refusal.figures.items()) if value.lstrip("-").isdigit())
            print(f"{refused.plot.code} {yuan(refused.amount):>16} {CURRENCY}  {refusal.reason}: {refusal.message}")
            print(f"{'':33}fen: {figures_text}")
        if not self._play.refused:
            self.problems.append("no overspending attempt was refused")

    def _print_deviations(self):
        indicators = list(self._cast.auditor.monitor.all("ListIndicators", monitor.ListIndicatorsRequest(), "indicators"))
        indicators.sort(key=lambda i: -i.deviation_bp)
        self._head(f"Execution deviation (planned − actual) of {len(indicators)} projects at {min((i.as_of for i in indicators), default='-')}; "
                   f"largest {_SHOWN}")
        codes = {plot.project_id: plot for plot in self._play.plots}
        print(f"{'project':14}{'story':18}{'planned':>9}{'actual':>9}{'deviation':>11}{'physical':>10}{'CPI':>7}{'SPI':>7}")
        for i in indicators[:_SHOWN]:
            plot = codes.get(i.project_id)
            print(f"{plot.code if plot else i.project_id[:13]:14}{plot.story if plot else '':18}{_percent(i, 'planned_execution_bp'):>9}"
                  f"{_percent(i, 'execution_rate_bp'):>9}{_percent(i, 'deviation_bp'):>11}{_percent(i, 'physical_bp'):>10}"
                  f"{_ratio(i, 'cpi_bp'):>7}{_ratio(i, 'spi_bp'):>7}")
        if len(indicators) < len(self._play.plots):
            self.problems.append(f"the monitor knows {len(indicators)} of {len(self._play.plots)} projects")

    def _print_alerts(self):
        alerts = list(self._cast.auditor.alerting.all("ListAlerts", alerting.ListAlertsRequest(open_only=True), "alerts"))
        self._head(f"Open alerts: {len(alerts)}")
        counts = {}
        for alert in alerts:
            counts.setdefault((alert.rule_id, alert.title), {}).setdefault(_SEVERITIES.get(alert.severity, "-"), []).append(alert)
        for (rule, title), by_severity in sorted(counts.items()):
            summary = ", ".join(f"{severity} {len(found)}" for severity, found in sorted(by_severity.items()))
            print(f"{rule:5}{title:48.48} {summary}")
        worst = [a for a in alerts if a.severity == monitor_pb2.SEVERITY_RED][:3]
        for alert in worst:
            print(f"      e.g. {alert.message}  [{alert.citation}] escalated to level {alert.escalation_level}, due {alert.due_at[:10]}")
        if not alerts:
            self.problems.append("no alert is open")

    def _print_totals(self):
        self._head(f"Totals in fen of {CURRENCY} (paid, refunded, in transit)")
        session = self._cast.auditor
        for name, view in (("ledger", figures.by_ledger(session)), ("payments", figures.by_payments(session)),
                           ("monitor", figures.by_monitor(session))):
            print(f"{name:10}" + "".join(f"{value:>18,}" for value in view.get(("", CURRENCY), (0, 0, 0))))

    # Real input

    def import_file(self, path, operator_secret, password):
        """Imports a file of real projects through the command line into a tenant of its own."""
        from tools.demo.cdmx import import_cdmx
        self._head(f"Import of {path.name} through the command line")
        return import_cdmx(self._stack, self._cast.gateway, path, operator_secret, password)

    def print_logins(self, password, stays):
        if not stays:
            return
        self._head("Go on with")
        env = self._stack.env
        print(f"gateway   https://{env['FISCUS_ENDPOINT']} (gRPC, gRPC-Web, REST), CA {env['FISCUS_CA']}")
        print(f"tenant    {self._cast.tenant}; password of every user: {password}")
        print("users     admin, supervisor, controller, signer, budgeteer, reviewer, planner, signatory, auditor, integrator;")
        print("          operator-, approver-, engineer-, head- of each unit, e.g. operator-school-1")
        print(f"try       export PATH={self._stack.build / 'bin'}:$PATH FISCUS_ADDRESS={env['FISCUS_ENDPOINT']} FISCUS_CA={env['FISCUS_CA']} "
              f"FISCUS_TENANT={self._cast.tenant}")
        print("          fiscus login supervisor; fiscus alerts list; fiscus watch alerts; fiscus totals budget")
        print("stop      tools/dev down")


def _percent(message, name):
    return f"{getattr(message, name) / 100:.1f} %" if message.HasField(name) else "–"


def _ratio(message, name):
    return f"{getattr(message, name) / 10_000:.2f}" if message.HasField(name) else "–"
