"""The Lua filter that refuses unknown fields in JSON: Envoy's transcoder has no option for it."""

import json
import re
from pathlib import Path

_PROGRAM = Path(__file__).with_suffix(".lua")


def lua(services):
    """The filter's program with what it knows of the API."""
    messages, bindings = {}, []
    for service in services:
        messages |= service.messages
        bindings += [(verb, lua_pattern(template), kind) for rpc in service.rpcs if rpc.for_people
                     for verb, template, kind in rpc.bodies]
    # A template with a verb comes before one whose last variable would take the verb as its own.
    bindings.sort(key=lambda binding: (":" not in binding[1], binding))
    return (f"local MESSAGES = {_table(messages)}\n"
            f"local BINDINGS = {{{', '.join('{' + ', '.join(map(_literal, one)) + '}' for one in bindings)}}}\n{_PROGRAM.read_text('utf-8')}")


def lua_pattern(template):
    """A Lua pattern of a google.api.http template: a variable is one segment unless its own pattern says more."""
    def one(part):
        if part.startswith("{"):
            return ".+" if "**" in part else "[^/]+"
        return re.sub(r"([^A-Za-z0-9/:_])", r"%\1", part)
    return "^" + "".join(one(part) for part in re.split(r"(\{[^{}]*\})", template)) + "$"


def _table(messages):
    rows = (f"[{_literal(name)}] = {{{', '.join(f'[{_literal(key)}] = {_literal(kind)}' for key, kind in sorted(fields.items()))}}}"
            for name, fields in sorted(messages.items()))
    return "{" + ",\n".join(rows) + "}"


def _literal(value):
    return "false" if value is False else json.dumps(value)
