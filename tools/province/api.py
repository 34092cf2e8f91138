"""The public API as a client sees it: one TLS channel to the gateway, a session per user, retries with the same request id."""

import threading
import time
import uuid

import grpc
from google.rpc import error_details_pb2, status_pb2

_SPACE = uuid.UUID("6f1d3c52-9a55-5d0b-8b0e-0d8f3f9d2a11")
_RETRY_S = 60
_RETRIED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED)


def stable_id(*parts):
    """The same id for the same name, so that two runs of one play make the same things."""
    return str(uuid.uuid5(_SPACE, "/".join(str(part) for part in parts)))


class Refusal(Exception):
    """An error of the API with its stable reason and figures."""

    def __init__(self, error):
        super().__init__(error.details())
        self.code = error.code()
        self.message = error.details()
        self.reason, self.domain, self.figures = "", "", {}
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                for detail in status_pb2.Status.FromString(value).details:
                    info = error_details_pb2.ErrorInfo()
                    if detail.Unpack(info):
                        self.reason, self.domain, self.figures = info.reason, info.domain, dict(info.metadata)


class Gateway:
    """The one address that clients know."""

    def __init__(self, address, ca_file):
        with open(ca_file, "rb") as file:
            credentials = grpc.ssl_channel_credentials(file.read())
        self.address = address
        self.channel = grpc.secure_channel(address, credentials, [("grpc.max_receive_message_length", 64 << 20),
                                                                  ("grpc.initial_reconnect_backoff_ms", 100),
                                                                  ("grpc.max_reconnect_backoff_ms", 1000)])

    def call(self, stub_class, method, request, token=None, timeout_s=20, retry_s=_RETRY_S):
        """One call; what may be repeated is repeated with the same request id until `retry_s` have passed."""
        function = getattr(stub_class(self.channel), method)
        metadata = (("authorization", f"Bearer {token}"),) if token else ()
        until = time.monotonic() + retry_s
        while True:
            try:
                return function(request, metadata=metadata, timeout=timeout_s)
            except grpc.RpcError as error:
                if error.code() not in _RETRIED or time.monotonic() > until:
                    raise Refusal(error) from None
                time.sleep(0.2)

    def session(self, tenant, username, password):
        return Session(self, tenant, username, password)


class Session:
    """A logged-in user. Thread-safe; logs in again by itself when the token ends."""

    def __init__(self, gateway, tenant, username, password):
        self.gateway, self.tenant, self.username = gateway, tenant, username
        self._password = password
        self._lock = threading.Lock()
        self._token, self._renew_at = None, 0

    def token(self):
        from fiscus.identity.v1 import identity_service_pb2 as identity, identity_service_pb2_grpc as identity_grpc
        with self._lock:
            if time.monotonic() >= self._renew_at:
                answer = self.gateway.call(identity_grpc.IdentityServiceStub, "Login", identity.LoginRequest(
                    tenant=self.tenant, username=self.username, password=self._password))
                self._token = answer.access_token
                self._renew_at = time.monotonic() + answer.expires_in_s - 20
            return self._token

    def call(self, stub_class, method, request, **options):
        try:
            return self.gateway.call(stub_class, method, request, self.token(), **options)
        except Refusal as refusal:
            if refusal.reason not in ("TOKEN_EXPIRED", "TOKEN_REVOKED"):
                raise
            with self._lock:
                self._renew_at = 0
            return self.gateway.call(stub_class, method, request, self.token(), **options)

    def __getattr__(self, service):
        """`session.payments.SubmitPayment(request)`: the stubs by the service's name."""
        if service.startswith("_"):
            raise AttributeError(service)
        return _Service(self, service)


class _Service:
    def __init__(self, session, name):
        module = __import__(f"fiscus.{name}.v1.{name}_service_pb2_grpc", fromlist=["*"])
        self._session, self._stub = session, getattr(module, f"{name.capitalize()}ServiceStub")

    def __getattr__(self, method):
        return lambda request, **options: self._session.call(self._stub, method, request, **options)

    def stream(self, method, request):
        """A server stream; the caller cancels it."""
        metadata = (("authorization", f"Bearer {self._session.token()}"),)
        return getattr(self._stub(self._session.gateway.channel), method)(request, metadata=metadata)

    def all(self, method, request, items):
        """Every item of a paged list."""
        request.page_size = 1000
        while True:
            page = getattr(self, method)(request)
            yield from getattr(page, items)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token
