"""Private instances by hand: python -m tools.stack up|down|status|env|watch INSTANCE"""

import argparse
import sys

from tools.stack.paths import cache
from tools.stack.stack import INFRASTRUCTURE, Stack, StackError


def main():
    parser = argparse.ArgumentParser(prog="tools.stack", description="Private instances of Fiscus on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start an instance, or what of it does not run")
    up.add_argument("instance")
    up.add_argument("--infrastructure", action="store_true", help="only PostgreSQL, Redis and Kafka")
    down = commands.add_parser("down", help="stop an instance and remove its state")
    down.add_argument("instance")
    down.add_argument("--keep", action="store_true", help="keep its state")
    commands.add_parser("list", help="the instances of this user")
    commands.add_parser("status", help="the processes of an instance").add_argument("instance")
    commands.add_parser("watch", help="(internal) end an instance when standard input closes").add_argument("instance")
    arguments = parser.parse_args()
    try:
        _COMMANDS[arguments.command](arguments)
    except StackError as failure:
        sys.exit(f"error: {failure}")


def _up(arguments):
    stack = Stack(arguments.instance).up(INFRASTRUCTURE if arguments.infrastructure else None)
    for name in stack.names:
        print(f"{name:10} {stack.address(name):22} pid {stack.pid(name)}")
    print(f"logs in {stack.directory / 'log'}")


def _down(arguments):
    Stack(arguments.instance).down(keep=arguments.keep)


def _list(_):
    for path in sorted((cache() / "run").glob("*/pids")):
        print(path.parent.name)


def _status(arguments):
    stack = Stack(arguments.instance)
    for path in sorted((stack.directory / "pids").glob("*.json")):
        pid = stack.pid(path.stem)
        print(f"{path.stem:10} {'pid ' + str(pid) if pid else 'gone'}")


def _watch(arguments):
    sys.stdin.read()
    Stack(arguments.instance).down()


_COMMANDS = {"up": _up, "down": _down, "list": _list, "status": _status, "watch": _watch}

if __name__ == "__main__":
    main()
