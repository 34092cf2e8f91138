"""The HTTP filters, in the order in which a request passes them."""

import re

from services.gateway.envoy import routes, unknown_fields

_TYPES = "type.googleapis.com/envoy.extensions.filters.http."


def public(settings):
    """gRPC-Web first, so that each refusal behind it is one of gRPC; then the token: what is not allowed in is neither buffered nor
    translated."""
    return [_health(), _filter("grpc_web", "grpc_web.v3.GrpcWeb"), _jwt(settings), _whole_request(settings),
            _unknown_fields(settings), _transcoder(settings, settings.services), _router()]


def keys(settings):
    return [_transcoder(settings, [s for s in settings.services if s.backend == "identity"]), _router()]


def metrics():
    return [_router()]


def _health():
    return _filter("health_check", "health_check.v3.HealthCheck", pass_through_mode=False, headers=[
        {"name": ":path", "string_match": {"exact": "/healthz"}}])


def _whole_request(settings):
    """A request is read to its end before anybody acts on it (every RPC takes one message): what is too large or malformed reaches no
    service, which would hold all of it in memory before it refused, and the refusal reaches the client (an answer before the end of a
    request makes some HTTP/2 clients drop it)."""
    return _filter("buffer", "buffer.v3.Buffer", max_request_bytes=settings.request_bytes_max)


def _jwt(settings):
    """Refuses calls without a valid token, except to public RPCs. The token goes on: each service verifies it again."""
    provider = {
        "issuer": settings.issuer, "audiences": [settings.audience], "forward": True, "clock_skew_seconds": 5,
        "remote_jwks": {
            "http_uri": {"uri": f"http://{settings.keys_listen}{routes.KEYS_PATH}", "cluster": routes.KEYS_CLUSTER,
                         "timeout": "2s"},
            "cache_duration": "60s",
            # Keys are fetched ahead of the first call; until identity answers, again every second.
            "async_fetch": {"fast_listener": True, "failed_refetch_duration": "1s"}}}
    open_paths = [{"path": "/openapi/fiscus.swagger.json"}] if settings.openapi else []
    for service in settings.services:
        for rpc in service.rpcs:
            if rpc.public and rpc.for_people:
                open_paths.append({"path": rpc.path})
                open_paths += [_template_match(verb, template) for verb, template in rpc.http]
    rules = [{"match": match} for match in open_paths]
    rules.append({"match": {"prefix": "/"}, "requires": {"provider_name": "fiscus"}})
    return _filter("jwt_authn", "jwt_authn.v3.JwtAuthentication", providers={"fiscus": provider}, rules=rules)


def _template_match(verb, template):
    method = {"name": ":method", "string_match": {"exact": verb}}
    if "{" not in template:
        return {"path": template, "headers": [method]}
    # google.api.http's {name} and {name=pattern} are one segment each unless the pattern says more.
    pattern = re.escape(template).replace(r"\{", "{").replace(r"\}", "}")
    pattern = re.sub(r"\{[^{}]*\\\*\\\*\}", ".+", pattern)
    pattern = re.sub(r"\{[^{}]*\}", "[^/]+", pattern)
    return {"safe_regex": {"regex": pattern}, "headers": [method]}


def _unknown_fields(settings):
    return _filter("lua", "lua.v3.Lua", default_source_code={"inline_string": unknown_fields.lua(settings.services)})


def _transcoder(settings, services):
    """REST/JSON ↔ gRPC by google.api.http. int64 are strings in JSON, so that no client loses a fen."""
    return _filter(
        "grpc_json_transcoder", "grpc_json_transcoder.v3.GrpcJsonTranscoder",
        proto_descriptor=settings.protoset,
        services=[service.name for service in services],
        convert_grpc_status=True,
        print_options={"always_print_primitive_fields": True, "preserve_proto_field_names": True,
                       "stream_newline_delimited": True},
        # A parameter that we do not know is refused, not ignored: it may be a misspelt amount. Fields of a body: _unknown_fields.
        request_validation_options={"reject_unknown_query_parameters": True,
                                    "reject_binding_body_field_collisions": True},
        max_request_body_size=settings.request_bytes_max, max_response_body_size=settings.answer_bytes_max)


def _router():
    # Envoy's own headers tell a client about our inside; they are left out.
    return _filter("router", "router.v3.Router", suppress_envoy_headers=True)


def _filter(name, type_name, **fields):
    return {"name": f"envoy.filters.http.{name}", "typed_config": {"@type": _TYPES + type_name, **fields}}
