"""Which path goes to which service. Paths are gRPC paths: the transcoder has rewritten REST ones by then."""

KEYS_CLUSTER = "keys"
ADMIN_CLUSTER = "admin"
KEYS_PATH = "/.well-known/jwks.json"
# When a call was not begun: no connection was made, or HTTP/2 says that the stream was refused.
_NOT_BEGUN = "connect-failure,refused-stream"
# When it may have been: the connection broke, or a service that is ending says CANCELLED, as gRPC does for calls that come in between
# its last word and the connection's end.
_CUT_OFF = "reset,cancelled"
# Headers by which services speak to each other; from outside they are dropped.
_INTERNAL_HEADERS = ["x-fiscus-tenant", "x-fiscus-on-behalf-of"]


def public(settings):
    """Routes of the public listener; what is not listed is answered 404."""
    routes = []
    if settings.openapi:
        routes.append({"match": {"path": "/openapi/fiscus.swagger.json"},
                       "direct_response": {"status": 200, "body": {"filename": settings.openapi}},
                       "response_headers_to_add": [{"header": {"key": "content-type", "value": "application/json"},
                                                    "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}]})
    for service in settings.services:
        routes += _refused(service) + _streams(service) + _repeatable(service, settings)
        routes.append({"match": {"prefix": f"/{service.name}/"}, "route": _unary(service, settings)})
    return {
        "name": "public",
        "max_direct_response_body_size_bytes": 8 * 1024 * 1024,
        "request_headers_to_remove": _INTERNAL_HEADERS,
        "virtual_hosts": [{"name": "public", "domains": ["*"], "routes": routes + [_nothing({"prefix": "/"})]}]}


def keys(settings):
    """Routes of the loopback listener: the public keys and nothing else."""
    rpcs = [(service, rpc) for service in settings.services for rpc in service.rpcs
            if ("GET", KEYS_PATH) in rpc.http]
    if not rpcs:
        raise ValueError(f"no RPC is bound to GET {KEYS_PATH}: tokens could not be verified")
    routes = [{"match": {"path": rpc.path}, "route": {
        "cluster": service.backend, "timeout": "2s", "retry_policy": _retry(_NOT_BEGUN)}} for service, rpc in rpcs]
    return {"name": "keys", "virtual_hosts": [{"name": "keys", "domains": ["*"], "routes": routes}]}


def metrics():
    """Routes of the metrics listener: Envoy's figures in Prometheus' format and nothing else."""
    match = {"path": "/metrics", "headers": [{"name": ":method", "string_match": {"exact": "GET"}}]}
    return {"name": "metrics", "virtual_hosts": [{"name": "metrics", "domains": ["*"], "routes": [
        {"match": match, "route": {"cluster": ADMIN_CLUSTER, "prefix_rewrite": "/stats/prometheus"}}]}]}


def _refused(service):
    """RPCs between services do not exist at the edge."""
    return [_nothing({"path": rpc.path}) for rpc in service.rpcs if not rpc.for_people]


def _streams(service):
    """A stream lives as long as both ends do; keep-alives end it when the client vanished."""
    return [{"match": {"path": rpc.path}, "route": {"cluster": service.backend, "timeout": "0s", "idle_timeout": "0s"}}
            for rpc in service.rpcs if rpc.for_people and rpc.streaming]


def _repeatable(service, settings):
    """A read, and a write that carries a request_id, is sent to another replica when the first one went away before it answered. A read
    also when the replica has lost its database; a write not: its outcome may be unknown there."""
    routes = []
    for rpc in service.rpcs:
        if rpc.for_people and not rpc.streaming and (rpc.read_only or rpc.has_request_id):
            when = f"{_NOT_BEGUN},{_CUT_OFF}" + (",unavailable" if rpc.read_only else "")
            routes.append({"match": {"path": rpc.path}, "route": _unary(service, settings) | {"retry_policy": _retry(when)}})
    return routes


def _unary(service, settings):
    """What a repeat could do twice (a login that counts as failed, say) is sent elsewhere only if it was not begun."""
    limit = f"{settings.deadline_max_s}s"
    # With max_stream_duration Envoy passes over "timeout"; grpc_timeout_header_max alone limits only those who send that header.
    return {"cluster": service.backend, "max_stream_duration": {"max_stream_duration": limit, "grpc_timeout_header_max": limit},
            "retry_policy": _retry(_NOT_BEGUN)}


def _retry(when):
    return {"retry_on": when, "num_retries": 2, "host_selection_retry_max_attempts": 3, "retry_host_predicate": [{
        "name": "envoy.retry_host_predicates.previous_hosts",
        "typed_config": {"@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"}}]}


def _nothing(match):
    return {"match": match, "direct_response": {"status": 404}}
