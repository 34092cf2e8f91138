"""The whole bootstrap: one TLS listener for people and programs, one on loopback that serves Envoy the public keys."""

from dataclasses import dataclass, field
from pathlib import PurePath

from services.gateway.envoy import filters, routes
from services.gateway.envoy.errors import local_replies

MIB = 1024 * 1024
_CERTIFICATE = "public"
_HTTP2 = {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
    "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
    "explicit_http_config": {"http2_protocol_options": {
        # A service that vanished without closing its connection is noticed within seconds.
        "connection_keepalive": {"interval": "5s", "timeout": "5s"}}}}}


@dataclass
class Settings:
    """What an installation decides."""

    protoset: str  # path of the descriptor set
    listen: str  # host:port, TLS
    certificate: str  # path, PEM chain
    private_key: str  # path, PEM
    secret: str  # path at which secret() lies: by it Envoy sees a renewed certificate without a restart
    backends: dict  # service → host:port[,host:port] of its gRPC servers; a name stands for all of its addresses
    keys_listen: str = "127.0.0.1:9902"  # loopback: Envoy asks itself for the public keys
    admin_listen: str = "127.0.0.1:9901"  # loopback: metrics and state, never open to others
    metrics_listen: str = ""  # host:port of /metrics, for Prometheus; empty: none
    openapi: str = ""  # path of the OpenAPI document, served to all; empty: not served
    request_bytes_max: int = 4 * MIB  # as the services' own limit
    answer_bytes_max: int = 16 * MIB
    deadline_max_s: int = 60  # longest unary call
    issuer: str = "fiscus"
    audience: str = "fiscus"
    connections_max: int = 10_000
    services: list = field(default_factory=list)  # api.Service, of those backends only


def bootstrap(settings):
    """The bootstrap as a dictionary; Envoy reads its JSON."""
    return {
        "node": {"id": "fiscus-gateway", "cluster": "fiscus"},
        "admin": {"address": _address(settings.admin_listen)},
        "static_resources": {
            "listeners": [_public_listener(settings), _keys_listener(settings), *_metrics_listeners(settings)],
            "clusters": [_backend(name, address) for name, address in sorted(settings.backends.items())]
            + [_cluster(routes.KEYS_CLUSTER, settings.keys_listen), _cluster(routes.ADMIN_CLUSTER, settings.admin_listen)],
        },
        "overload_manager": {"resource_monitors": [{
            "name": "envoy.resource_monitors.global_downstream_max_connections",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3."
                         "DownstreamConnectionsConfig",
                "max_active_downstream_connections": settings.connections_max}}]},
    }


def secret(settings):
    """The certificate as Envoy's secret discovery reads it from a file; a change in the certificate's folder makes Envoy read it anew."""
    return {"resources": [{
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret", "name": _CERTIFICATE,
        "tls_certificate": {
            "certificate_chain": {"filename": settings.certificate}, "private_key": {"filename": settings.private_key},
            "watched_directory": {"path": str(PurePath(settings.certificate).parent)}}}]}


def _public_listener(settings):
    listener = _listener("public", settings.listen, {
        "stat_prefix": "public",
        "http_filters": filters.public(settings),
        "route_config": routes.public(settings),
        "access_log": [_access_log()],
        # The edge: nothing that a client says about itself is believed.
        "use_remote_address": True,
        "generate_request_id": True,
        "normalize_path": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "server_header_transformation": "APPEND_IF_ABSENT",
        "server_name": "fiscus",
        "max_request_headers_kb": 64,
        "request_headers_timeout": "10s",
        "stream_idle_timeout": "120s",  # unary calls; streams have their own rule in the route
        "delayed_close_timeout": "2s",
        "common_http_protocol_options": {
            "idle_timeout": "600s", "headers_with_underscores_action": "DROP_HEADER", "max_headers_count": 100},
        "http2_protocol_options": {
            "max_concurrent_streams": 512, "initial_stream_window_size": 256 * 1024,
            "initial_connection_window_size": MIB,
            "connection_keepalive": {"interval": "30s", "timeout": "10s"}},
        "local_reply_config": local_replies(),
    })
    listener["per_connection_buffer_limit_bytes"] = MIB
    listener["filter_chains"][0]["transport_socket"] = {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": {
                "alpn_protocols": ["h2", "http/1.1"],
                "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
                "tls_certificate_sds_secret_configs": [{"name": _CERTIFICATE, "sds_config": {
                    "path_config_source": {"path": settings.secret}, "resource_api_version": "V3"}}]}}}
    return listener


def _keys_listener(settings):
    return _listener("keys", settings.keys_listen, {
        "stat_prefix": "keys", "http_filters": filters.keys(settings), "route_config": routes.keys(settings)})


def _metrics_listeners(settings):
    """Of the admin interface only its figures: the rest of it can stop an Envoy."""
    if not settings.metrics_listen:
        return []
    return [_listener("metrics", settings.metrics_listen, {
        "stat_prefix": "metrics", "http_filters": filters.metrics(), "route_config": routes.metrics()})]


def _listener(name, listen, manager):
    host, _ = listen.rsplit(":", 1)
    manager = {"@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3."
                        "HttpConnectionManager", **manager}
    return {
        "name": name, "address": _address(listen), "enable_reuse_port": host not in ("127.0.0.1", "::1"),
        "filter_chains": [{"filters": [{
            "name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}]}


def _backend(name, address):
    return _cluster(name, address) | {"typed_extension_protocol_options": _HTTP2}


def _cluster(name, address):
    return {
        "name": name, "type": "STRICT_DNS", "connect_timeout": "2s", "dns_lookup_family": "V4_PREFERRED",
        # Retries at the same time: while one of two replicas is away, every second call needs one. Envoy's own limit is 3.
        "circuit_breakers": {"thresholds": [{"max_requests": 2048, "max_pending_requests": 1024, "max_retries": 1024}]},
        "load_assignment": {"cluster_name": name, "endpoints": [
            {"lb_endpoints": [{"endpoint": {"address": _address(one)}} for one in address.split(",")]}]}}


def _access_log():
    fields = {
        "time": "%START_TIME%", "request_id": "%REQ(X-REQUEST-ID)%", "trace": "%REQ(TRACEPARENT)%",
        "method": "%REQ(:METHOD)%", "path": "%PATH(NQ:ORIG)%", "status": "%RESPONSE_CODE%", "grpc": "%GRPC_STATUS%",
        "flags": "%RESPONSE_FLAGS%", "details": "%RESPONSE_CODE_DETAILS%", "backend": "%UPSTREAM_CLUSTER%",
        "ms": "%DURATION%", "received": "%BYTES_RECEIVED%", "sent": "%BYTES_SENT%",
        "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"}
    return {"name": "envoy.access_loggers.stdout", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
        "log_format": {"json_format": fields}}}


def _address(text):
    host, _, port = text.rpartition(":")
    return {"socket_address": {"address": host, "port_value": int(port)}}
