"""Brings everything up, plays half a year of a synthetic province and prints what was found: `tools/dev demo [--exit] [--data FILE]`."""

import argparse
import os
import secrets
import sys
import time
from pathlib import Path

from tools.stack import Stack, StackError

TENANT = "synthetic"


def main():
    parser = argparse.ArgumentParser(prog="tools/dev demo", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="stop everything after the summary; status 0 only if all of it held")
    parser.add_argument("--data", metavar="FILE", help="an XLSX of real projects to import (profile cdmx_2016q1)")
    parser.add_argument("--projects", type=int, default=60, metavar="N", help="number of synthetic projects (default 60)")
    arguments = parser.parse_args()
    if arguments.data and not Path(arguments.data).is_file():
        parser.error(f"--data {arguments.data}: no such file")
    started = time.monotonic()
    instance = f"demo-{os.getpid()}" if arguments.exit else "demo"
    stack = Stack(instance, ephemeral=arguments.exit)
    try:
        if not arguments.exit:
            stack.down()  # starts from nothing each time
        _say("starting PostgreSQL, Redis, Kafka, the services, the simulated bank and Envoy")
        stack.up()
        _say(f"all up after {time.monotonic() - started:.0f} s")
        held = _play_and_report(stack, arguments)
    except StackError as failure:
        print(f"error: {failure}", file=sys.stderr)
        sys.exit(1)
    finally:
        if arguments.exit:
            stack.down()
    print(f"\nDone in {time.monotonic() - started:.0f} s. " + ("All figures agree." if held else "NOT all of it held; see above."))
    sys.exit(0 if held else 1)


def _play_and_report(stack, arguments):
    # After up(): only now are the protos' modules known to be there.
    from tools.demo.report import Report
    from tools.province import figures
    from tools.province.api import Gateway
    from tools.province.cast import Cast
    from tools.province.play import Play
    from tools.province.plot import make_plots

    password = "Demo-" + secrets.token_urlsafe(12)
    gateway = Gateway(stack.env["FISCUS_ENDPOINT"], stack.env["FISCUS_CA"])
    cast = Cast(gateway, TENANT, password)
    print("\nThis is a SYNTHETIC province: every unit, person, project and amount in it is invented.\n")
    _say("making the tenant, 15 units and their people")
    cast.found(stack.secret("FISCUS_OPERATOR_SECRET"))
    play = Play(cast, make_plots(arguments.projects), lambda: figures.settle(cast.auditor, stack), say=_say)
    report = Report(stack, cast, play)
    with report.watching():
        play.run()
        report.trace_one_payment()
    held = report.print_all()
    if arguments.data:
        held = report.import_file(Path(arguments.data), stack.secret("FISCUS_OPERATOR_SECRET"), password) and held
    report.print_logins(password, stays=not arguments.exit)
    return held


def _say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


if __name__ == "__main__":
    main()
