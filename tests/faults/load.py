"""Payments through the public API without a pause, and the journal of what was acknowledged."""

import random
import threading
import time
import uuid
from dataclasses import dataclass

from fiscus.payments.v1 import payments_pb2, payments_service_pb2 as payments
from fiscus.projects.v1 import projects_pb2
from fiscus.type.v1 import type_pb2

from tools.province.plot import CURRENCY, day

# Accounts of the simulated bank: it clears, echoes under new ids, and tells out of order.
_ACCOUNTS = ("6222000000000007", "9941000000000007", "9942000000000007", "9943000000000007")
_EFFECTIVE = day(2, 10)


@dataclass(frozen=True)
class Acknowledged:
    """A command that was answered: a later look must find it, once."""

    payment_id: str
    amount: int
    step: str
    session: object
    request: object
    sent: float
    answered: float


class Load:
    """`workers` clients, each of which submits, approves and orders one payment after another until told to rest."""

    def __init__(self, cast, plots, workers, seed):
        self._cast, self._plots = cast, plots
        self.acknowledged, self.failures = [], []
        self._go, self._end, self._idle = threading.Event(), threading.Event(), threading.Semaphore(0)
        self._threads = [threading.Thread(target=self._work, args=(random.Random(f"{seed}/{n}"),)) for n in range(workers)]
        for thread in self._threads:
            thread.start()

    def resume(self):
        self._go.set()

    def rest(self):
        """Returns when every client has finished what it had begun."""
        self._go.clear()
        for _ in self._threads:
            self._idle.acquire()

    def end(self):
        self._end.set()
        self._go.set()
        for thread in self._threads:
            thread.join()

    def served_since(self, moment):
        """When the first command that was sent after `moment` was answered, else None."""
        return min((a.answered for a in list(self.acknowledged) if a.sent >= moment), default=None)

    def _work(self, chance):
        while True:
            self._go.wait()
            if self._end.is_set():
                return
            try:
                while self._go.is_set() and not self._end.is_set():
                    self._pay(chance)
            except Exception as failure:  # told by the round
                self.failures.append(f"{type(failure).__name__}: {failure}")
                time.sleep(0.5)
                if self._go.is_set():
                    continue
            self._idle.release()
            while self._go.is_set() and not self._end.is_set():
                time.sleep(0.01)

    def _pay(self, chance):
        plot, amount, payment_id = chance.choice(self._plots), chance.randint(1, 5000), str(uuid.UUID(int=chance.getrandbits(128), version=4))
        payment = payments_pb2.Payment(
            payment_id=payment_id, project_id=plot.project_id, line_id=plot.line_id, unit_path=plot.unit_path,
            kind=payments_pb2.PAYMENT_KIND_NO_CONTRACT, no_contract_reason="SMALL_PURCHASE", effective_date=_EFFECTIVE,
            amount=type_pb2.Money(minor=amount, currency=CURRENCY), vouchers=[f"F-{payment_id}"],
            payee=projects_pb2.PayeeAccount(name="Payee", account_no=chance.choice(_ACCOUNTS), bank_code="102331000000"))
        self._do(self._cast.of_unit("operator", plot.unit_path), "SubmitPayment", payment_id, amount,
                 payments.SubmitPaymentRequest(request_id=self._id(chance), payment=payment))
        for session, step in ((self._cast.of_unit("approver", plot.unit_path), "ApproveByUnit"),
                              (self._cast.controller, "ApproveByFinance"), (self._cast.signer, "OrderPayment")):
            self._do(session, step, payment_id, amount, payments.PaymentCommandRequest(
                request_id=self._id(chance), payment_id=payment_id, note="in order", effective_date=_EFFECTIVE))

    def _do(self, session, step, payment_id, amount, request):
        sent = time.monotonic()
        getattr(session.payments, step)(request)
        self.acknowledged.append(Acknowledged(payment_id, amount, step, session, request, sent, time.monotonic()))

    @staticmethod
    def _id(chance):
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))
