"""python -m tests.bank_simulator --listen HOST:PORT [--state FILE] [delays, rates, --behave PREFIX=NAME ...]"""

import argparse
import signal
import sys
import threading

from tests.bank_simulator.behaviour import ACCOUNTS, NAMES, Settings
from tests.bank_simulator.server import Bank


def _parse(argv):
    usual = Settings()
    parser = argparse.ArgumentParser(prog="bank_simulator", description="A simulated bank behind fiscus.bank.v1.BankAdapterService.")
    parser.add_argument("--listen", required=True, help="host:port; port 0 lets the system choose")
    parser.add_argument("--state", default=":memory:", help="SQLite file of the bank's book; without it the book dies with the process")
    for name, text in (("accept", "until an order is accepted"), ("clear", "from acceptance to clearing or rejection"),
                       ("receipt", "from clearing to receipt"), ("refund", "from receipt to refund")):
        parser.add_argument(f"--{name}-ms", type=int, default=getattr(usual, name + "_ms"), help=f"time {text}, ms")
    for name in ("reject", "silent", "repeat"):
        parser.add_argument(f"--{name}-bp", type=int, default=0, help=f"share of ordinary orders with behaviour {name}, basis points")
    parser.add_argument("--seed", default=usual.seed, help="decides which orders the shares hit")
    parser.add_argument("--behave", action="append", default=[], metavar="PREFIX=NAME",
                        help="behaviour of accounts that begin with PREFIX: " + ", ".join(NAMES))
    args = parser.parse_args(argv)
    accounts = dict(ACCOUNTS)
    for rule in args.behave:
        prefix, _, name = rule.partition("=")
        if not prefix or name not in NAMES:
            parser.error(f"--behave {rule}: want PREFIX=NAME with one of {', '.join(NAMES)}")
        accounts[prefix] = name
    numbers = {key: value for key, value in vars(args).items() if key.endswith(("_ms", "_bp"))}
    if any(value < 0 for value in numbers.values()):
        parser.error("times and shares must not be negative")
    return args, Settings(**numbers, seed=args.seed, accounts=accounts)


def main(argv=None):
    args, settings = _parse(argv)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    bank = Bank(args.listen, args.state, settings)
    bank.start()
    print(f"bank simulator: port {bank.port}, book {args.state}", file=sys.stderr, flush=True)
    ended.wait()
    bank.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
