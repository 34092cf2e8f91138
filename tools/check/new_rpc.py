"""Adds an RPC after the pattern of an existing one: proto entry, handler, test. Started by `tools/dev new-rpc`.

The new RPC takes a copy of its model's request and answers what its model answers, so everything compiles and passes at
once; from there you change the proto first, then handler and test.
"""

import argparse
import re
import sys
from pathlib import Path

from tools.stack.paths import REPO
from tools.tidy.checks.api import snake


class NewRpcError(ValueError):
    """Why nothing was added."""


def main():
    parser = argparse.ArgumentParser(prog="tools/dev new-rpc", description="Adds an RPC after an existing one's pattern.")
    parser.add_argument("service", help="e.g. payments")
    parser.add_argument("name", help="e.g. HoldPayment")
    parser.add_argument("--like", help="the RPC to follow; default: the one with the shortest handler")
    arguments = parser.parse_args()
    try:
        changed = add_rpc(REPO, arguments.service, arguments.name, arguments.like)
    except NewRpcError as failure:
        sys.exit(f"error: {failure}")
    print("\n".join(f"  {path}" for path in changed))
    print(f"""Next:
  1. proto: say what {arguments.name} does and refuses; set intent, scope and path; change the request's fields.
  2. handler and test: make them do it. `tools/dev build` names what does not fit; a missing handler is a link error.
  3. tools/dev check proto tidy; the gateway, OpenAPI and the access test pick the RPC up by themselves.""")


def add_rpc(root, service, name, like=None):
    """Adds the RPC below `root`; the changed files, relative to it."""
    if not re.fullmatch(r"([A-Z][a-z0-9]+)+", name):
        raise NewRpcError(f"{name} is no RPC name: a verb and a noun in CamelCase, e.g. HoldPayment")
    folder = Path(root) / "services" / service / "rpc"
    proto = Path(root) / f"proto/fiscus/{service}/v1/{service}_service.proto"
    if not proto.exists() or not folder.is_dir():
        raise NewRpcError(f"there is no service {service}: {proto.relative_to(root)} and its rpc folder do not both exist")
    text = proto.read_text()
    if re.search(rf"\brpc {name}\(", text):
        raise NewRpcError(f"{service} has an RPC {name} already")
    model = like or _shortest(folder, text)
    handler, test = folder / f"{snake(model)}.cc", folder / f"{snake(model)}_test.cc"
    if not re.search(rf"\brpc {model}\(", text) or not handler.exists():
        raise NewRpcError(f"{service} has no RPC {model} with a handler of its own")
    proto.write_text(_with_rpc(text, model, name))
    changed = [proto]
    for source, suffix in ((handler, ".cc"), (test, "_test.cc")):
        if source.exists():
            target = folder / f"{snake(name)}{suffix}"
            target.write_text(_renamed(source.read_text(), model, name))
            changed.append(target)
    return [str(path.relative_to(root)) for path in changed]


def _shortest(folder, text):
    sizes = []
    for name in re.findall(r"\brpc (\w+)\(\w+\) returns \((?!stream)", text):
        handler, test = folder / f"{snake(name)}.cc", folder / f"{snake(name)}_test.cc"
        if handler.exists() and test.exists():
            sizes.append((handler.stat().st_size, name))
    if not sizes:
        raise NewRpcError(f"no RPC in {folder} has both a handler and a test to follow: name one with --like")
    return min(sizes)[1]


def _with_rpc(text, model, name):
    """The proto file with the new RPC after its model, and the request after its model's request."""
    request = re.search(rf"\brpc {model}\((\w+)\)", text)[1]
    rpc = _block(text, rf"rpc {model}\(")
    new_rpc = rpc.replace(f"rpc {model}({request})", f"rpc {name}({name}Request)")
    new_rpc = re.sub(r'((?:get|post|put|patch|delete): ")([^"]*)(")', lambda m: m[1] + _path(m[2], name) + m[3], new_rpc)
    text = text.replace(rpc, rpc + _commented(new_rpc, f"{name}: as {model}, until you say here what it does and refuses."), 1)
    message = _block(text, rf"message {request} \{{")
    new_message = message.replace(f"message {request} {{", f"message {name}Request {{")
    return text.replace(message, message + "\n" + _commented(new_message, f"Request of {name}."), 1)


def _block(text, head):
    """A declaration with its comment, from the start of its first line to the end of its last."""
    match = re.search(rf"^(?:[ ]*//[^\n]*\n)*[ ]*{head}", text, re.M)
    if not match:
        raise NewRpcError(f"cannot find `{head}` in the proto file")
    depth, end = 0, match.end()
    opened = match[0].endswith("{")
    depth = 1 if opened else 0
    while end < len(text):
        character = text[end]
        depth += (character == "{") - (character == "}")
        opened = opened or character == "{"
        end += 1
        if (opened and depth == 0) or (not opened and character == ";"):
            break
    return text[match.start():end] + "\n"


def _commented(block, comment):
    """The block with its leading comment replaced."""
    indent = re.match(r" *", block)[0]
    return f"{indent}// {comment}\n" + re.sub(r"\A(?: *//[^\n]*\n)+", "", block)


def _path(template, name):
    """The REST path: its model's resource with the new verb."""
    return f"{template.split(':')[0]}:{name[0].lower()}{name[1:]}"


def _renamed(text, model, name):
    text = re.sub(rf"\b{model}(?=Request\b|\b)", name, text)
    return text.replace(snake(model), snake(name))


if __name__ == "__main__":
    main()
