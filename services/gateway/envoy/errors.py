"""One error shape: what Envoy itself refuses is answered like what a service refuses, as google.rpc.Status: for REST in JSON, for gRPC and
gRPC-Web as grpc-status, grpc-message and grpc-status-details-bin."""

import base64
from dataclasses import dataclass

from google.rpc import error_details_pb2, status_pb2

DOMAIN = "fiscus.gateway"


@dataclass(frozen=True)
class Refusal:
    """One answer of Envoy's own."""

    code: int  # google.rpc.Code
    reason: str  # stable
    sentence: str
    grpc_code: int = 0  # where gRPC has a code of its own for it; 0: code


_UNREADABLE = (3, "MALFORMED_REQUEST", "The request cannot be read.")
_NO_METHOD = (5, "NO_SUCH_METHOD", "There is no such method.", 12)
_AWAY = (14, "SERVICE_UNAVAILABLE", "The service does not answer: try again later.")
# By HTTP status. Services' own errors are converted by the transcoder.
REFUSALS = {
    400: Refusal(*_UNREADABLE),
    401: Refusal(16, "TOKEN_REFUSED", "The call needs a valid token."),
    403: Refusal(7, "ACCESS_DENIED", "The call is not allowed."),
    404: Refusal(*_NO_METHOD),
    405: Refusal(*_NO_METHOD),
    408: Refusal(4, "REQUEST_TOO_SLOW", "The request did not arrive in time."),
    411: Refusal(*_UNREADABLE),
    413: Refusal(8, "REQUEST_TOO_LARGE", "The request is too large."),
    415: Refusal(*_UNREADABLE),
    426: Refusal(*_UNREADABLE),
    429: Refusal(8, "TOO_MANY_REQUESTS", "Too many requests: try again later."),
    431: Refusal(8, "REQUEST_TOO_LARGE", "The request's headers are too large."),
    502: Refusal(*_AWAY),
    503: Refusal(*_AWAY),
    504: Refusal(4, "DEADLINE_EXCEEDED", "The service did not answer in time; whether the call had an effect is not known."),
}
_OTHER = Refusal(13, "GATEWAY_FAILED", "The gateway failed.")


def local_replies():
    """The connection manager's local_reply_config. The first mapper that fits is taken."""
    mappers = [mapper for status, refusal in REFUSALS.items() for mapper in _mappers("EQ", status, refusal)]
    return {"mappers": mappers + _mappers("GE", 400, _OTHER)}


def _mappers(operator, status, refusal):
    """For REST a body; for gRPC headers, since a body would make Envoy choose a status of its own."""
    of_status = {"status_code_filter": {"comparison": {
        "op": operator, "value": {"default_value": status, "runtime_key": f"fiscus.local_reply_{status}"}}}}
    rest = {"or_filter": {"filters": [_is_not_grpc(), _was_rest()]}}
    return [{"filter": {"and_filter": {"filters": [of_status, rest]}}, "body_format_override": _body(refusal)},
            {"filter": of_status, "status_code": 200, "headers_to_add": _grpc_headers(refusal),
             "body_format_override": {"text_format_source": {"inline_string": ""}}}]


def _is_not_grpc():
    return {"header_filter": {"header": {
        "name": "content-type", "string_match": {"prefix": "application/grpc"}, "invert_match": True,
        "treat_missing_header_as_empty": True}}}


def _was_rest():
    """The transcoder has made a gRPC request of it and left this mark."""
    return {"header_filter": {"header": {"name": "x-envoy-original-path", "present_match": True}}}


def _body(refusal):
    return {"omit_empty_values": True, "json_format": {
        "code": refusal.code,
        "message": f"{refusal.sentence} %LOCAL_REPLY_BODY%",
        "details": [{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": refusal.reason,
            "domain": DOMAIN,
            "metadata": {"request_id": "%STREAM_ID%"},
        }],
    }}


def _grpc_headers(refusal):
    """Status, message and details. The details are made here, so that they are the same each time: without a request_id."""
    status = status_pb2.Status(code=refusal.grpc_code or refusal.code, message=refusal.sentence)
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason=refusal.reason, domain=DOMAIN))
    headers = {"content-type": "application/grpc", "grpc-status": str(status.code),
               "grpc-message": f"{refusal.sentence} (%RESPONSE_CODE_DETAILS%)",
               "grpc-status-details-bin": base64.b64encode(status.SerializeToString(deterministic=True)).decode().rstrip("=")}
    return [{"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"} for key, value in headers.items()]
