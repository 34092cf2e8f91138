"""Writes the bootstrap: python3 -m services.gateway.envoy --protoset FILE --backend identity=host:port … --output envoy.json"""

import argparse
import json
import sys
from pathlib import Path

from services.gateway.envoy.api import ApiError, read_services
from services.gateway.envoy.bootstrap import Settings, bootstrap, secret


def main():
    parser = argparse.ArgumentParser(prog="services.gateway.envoy", description="Writes Envoy's bootstrap as JSON.")
    parser.add_argument("--protoset", required=True, help="descriptor set of all protos, with imports")
    parser.add_argument("--listen", required=True, metavar="HOST:PORT", help="public TLS address")
    parser.add_argument("--certificate", required=True, help="PEM chain")
    parser.add_argument("--private-key", required=True, help="PEM key")
    parser.add_argument("--backend", action="append", required=True, metavar="SERVICE=HOST:PORT[,HOST:PORT]",
                        help="gRPC addresses of a service's replicas; services without one are not routed")
    parser.add_argument("--keys-listen", default=Settings.keys_listen, metavar="HOST:PORT")
    parser.add_argument("--admin-listen", default=Settings.admin_listen, metavar="HOST:PORT")
    parser.add_argument("--metrics-listen", default=Settings.metrics_listen, metavar="HOST:PORT", help="address of /metrics; default: none")
    parser.add_argument("--openapi", default="", help="OpenAPI document to serve")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE",
                        help="where to write; beside it comes a file that names the certificate, which Envoy reads anew when it changes")
    arguments = parser.parse_args()
    try:
        backends = dict(item.split("=", 1) for item in arguments.backend)
        services = read_services(Path(arguments.protoset).read_bytes())
        settings = Settings(
            protoset=arguments.protoset, listen=arguments.listen, certificate=arguments.certificate,
            private_key=arguments.private_key, secret=str(arguments.output.with_suffix(".secret.json")), backends=backends,
            keys_listen=arguments.keys_listen, admin_listen=arguments.admin_listen, metrics_listen=arguments.metrics_listen,
            openapi=arguments.openapi,
            services=[service for service in services if service.backend in backends])
        arguments.output.write_text(json.dumps(bootstrap(settings), indent=1), encoding="utf-8")
        Path(settings.secret).write_text(json.dumps(secret(settings), indent=1), encoding="utf-8")
    except (ApiError, OSError, ValueError) as failure:
        sys.exit(f"error: {failure}")


if __name__ == "__main__":
    main()
