"""Row 1: every #include is a declared edge. CMake writes the edges to layers.txt: name|folder|deps|external headers|files.

Files are given for tests whose sources lie in other folders than their CMakeLists.txt; else a target has the files of its folder.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from tools.tidy.tree import Finding

_INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
_OURS = ("libs", "services", "tools", "tests")


@dataclass
class Layer:
    """One library, test or binary; several may share a folder."""

    name: str
    folder: str
    deps: list
    external: set
    files: set


def read_layers(text):
    """Layers by name."""
    layers = {}
    for line in text.split():
        name, folder, deps, external, files = (line.split("|") + [""])[:5]
        layers[name] = Layer(name, folder, _words(deps), set(_words(external)), set(_words(files)))
    return layers


def _words(text):
    return [word for word in text.split(",") if word]


def check_layers(tree):
    """Includes that no declared edge allows."""
    file = tree.build / "layers.txt"
    if not file.exists():
        return [Finding("CMakeLists.txt", 1, f"{file} is missing: configure first (tools/dev build)")]
    layers = read_layers(file.read_text())
    by_folder = {}
    for layer in layers.values():
        by_folder.setdefault(layer.folder, []).append(layer)
    findings = []
    for source in tree.cpp:
        folder = str(PurePosixPath(source.path).parent)
        owners = [layer for layer in layers.values() if _compiles(layer, source, folder)]
        candidates = owners or _candidates(by_folder.get(folder, []), source)
        if candidates:
            findings += _check_file(source, folder, candidates, layers)
    return findings


def _compiles(layer, source, folder):
    """A fixture's header belongs to the tests of its folder."""
    if re.search(r"fixture\w*\.h$", source.path):
        return any(str(PurePosixPath(file).parent) == folder for file in layer.files)
    return source.path in layer.files


def _candidates(layers, source):
    """The layers of the folder that a file can belong to: tests to tests, main.cc to the binary, the rest to the library."""
    is_test = source.path.endswith("_test.cc")
    tests = [layer for layer in layers if "catch2" in layer.external]
    others = [layer for layer in layers if layer not in tests]
    return (tests or others) if is_test else (others or tests)


def _check_file(source, folder, candidates, layers):
    allowed = {folder}
    external = set()
    for layer in candidates:
        allowed.add(layer.folder)
        external |= layer.external
        for dep in _closure(layer.name, layers):
            if dep in layers:
                allowed.add(layers[dep].folder)
    for number, line in enumerate(source.code, 1):
        match = _INCLUDE.match(line)
        if not match or source.allowed("layers", number):
            continue
        path = match[2]
        top = path.split("/")[0]
        names = " or ".join(layer.name for layer in candidates)
        if top in _OURS:
            if str(PurePosixPath(path).parent) not in allowed:
                yield Finding(source.path, number, f"{names} may not include {path} (not in DEPS)")
        elif "/" in path and top not in external and not _standard(path):
            yield Finding(source.path, number, f"{names} may not include <{path}> ('{top}' not in EXTERNAL)")


def _standard(path):
    return path.startswith(("sys/", "netinet/", "arpa/"))


def _closure(name, layers):
    seen = set()
    todo = [name]
    while todo:
        for dep in layers[todo.pop()].deps:
            if dep not in seen:
                seen.add(dep)
                if dep in layers:
                    todo.append(dep)
    return seen
