"""Lets an Envoy go without breaking calls; run before it is asked to end: python3 -m services.gateway.envoy.drain --seconds 30

Its health turns bad, so that no balancer sends new clients; clients that are there are asked, with their next answers, to connect
anew elsewhere. Calls in flight go on. It still listens, since a balancer's news travels slowly.
"""

import argparse
import sys
import time
import urllib.error
import urllib.request

from services.gateway.envoy.bootstrap import Settings

_TIMEOUT_S = 2


def ask(admin, command):
    """Sends a command to Envoy's admin address."""
    request = urllib.request.Request(f"http://{admin}/{command}", method="POST")
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S):
        pass


def main():
    parser = argparse.ArgumentParser(prog="services.gateway.envoy.drain", description="Takes an Envoy out of service.")
    parser.add_argument("--admin", default=Settings.admin_listen, metavar="HOST:PORT", help="Envoy's admin address")
    parser.add_argument("--seconds", type=float, required=True, help="how long clients have to go")
    arguments = parser.parse_args()
    try:
        ask(arguments.admin, "healthcheck/fail")
    except (OSError, urllib.error.URLError) as failure:
        sys.exit(f"error: Envoy does not answer at {arguments.admin}: {failure}")
    time.sleep(arguments.seconds)


if __name__ == "__main__":
    main()
