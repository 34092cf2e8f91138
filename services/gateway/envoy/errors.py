"""One error shape: what Envoy itself refuses is answered like what a service refuses, as google.rpc.Status in JSON."""

# HTTP status → (google.rpc.Code, stable reason, sentence). Services' own errors are converted by the transcoder.
_STATUS = {
    400: (3, "MALFORMED_REQUEST", "The request cannot be read."),
    401: (16, "TOKEN_REFUSED", "The call needs a valid token."),
    403: (7, "ACCESS_DENIED", "The call is not allowed."),
    404: (5, "NO_SUCH_METHOD", "There is no such method."),
    405: (12, "NO_SUCH_METHOD", "There is no such method."),
    408: (4, "REQUEST_TOO_SLOW", "The request did not arrive in time."),
    411: (3, "MALFORMED_REQUEST", "The request cannot be read."),
    413: (11, "REQUEST_TOO_LARGE", "The request is too large."),
    415: (3, "MALFORMED_REQUEST", "The request cannot be read."),
    426: (3, "MALFORMED_REQUEST", "The request cannot be read."),
    429: (8, "TOO_MANY_REQUESTS", "Too many requests: try again later."),
    431: (11, "REQUEST_TOO_LARGE", "The request's headers are too large."),
    502: (14, "SERVICE_UNAVAILABLE", "The service does not answer: try again later."),
    503: (14, "SERVICE_UNAVAILABLE", "The service does not answer: try again later."),
    504: (4, "DEADLINE_EXCEEDED", "The service did not answer in time; whether the call had an effect is not known."),
}


def local_replies():
    """The connection manager's local_reply_config. The first mapper that fits is taken."""
    mappers = [mapper for status, answer in _STATUS.items() for mapper in _mappers("EQ", status, *answer)]
    mappers += _mappers("GE", 400, 13, "GATEWAY_FAILED", "The gateway failed.")
    return {"mappers": mappers}


def _mappers(operator, status, code, reason, sentence):
    """For REST a google.rpc.Status; for gRPC, which gets trailers, the body is the message."""
    of_status = {"status_code_filter": {"comparison": {
        "op": operator, "value": {"default_value": status, "runtime_key": f"fiscus.local_reply_{status}"}}}}
    rest = {"or_filter": {"filters": [_is_not_grpc(), _was_rest()]}}
    return [{"filter": {"and_filter": {"filters": [of_status, rest]}}, "body_format_override": _body(code, reason, sentence)},
            {"filter": of_status,
             "body_format_override": {"text_format_source": {"inline_string": f"{sentence} %LOCAL_REPLY_BODY%"}}}]


def _is_not_grpc():
    return {"header_filter": {"header": {
        "name": "content-type", "string_match": {"prefix": "application/grpc"}, "invert_match": True,
        "treat_missing_header_as_empty": True}}}


def _was_rest():
    """The transcoder has made a gRPC request of it and left this mark."""
    return {"header_filter": {"header": {"name": "x-envoy-original-path", "present_match": True}}}


def _body(code, reason, sentence):
    return {"omit_empty_values": True, "json_format": {
        "code": code,
        "message": f"{sentence} %LOCAL_REPLY_BODY%",
        "details": [{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": "fiscus.gateway",
            "metadata": {"request_id": "%STREAM_ID%"},
        }],
    }}
