"""The files of the repository and what the checks need of their text."""

import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_ALLOW = re.compile(r"tidy-allow(-file)?\((?P<check>[a-z-]+)\): *\S")


@dataclass(frozen=True, order=True)
class Finding:
    """Something to mend: where, and what."""

    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


class Source:
    """One file. `tidy-allow(check): reason` on a line or the one above excuses it; `tidy-allow-file(check): reason` the file."""

    def __init__(self, root, path):
        self.path = path
        self._full = Path(root) / path

    @cached_property
    def text(self):
        return self._full.read_text(encoding="utf-8", errors="replace")

    @cached_property
    def lines(self):
        return self.text.splitlines()

    @cached_property
    def code(self):
        """C++ lines with comments blanked out; string literals stay."""
        return _blank(self.text, keep_strings=True).splitlines()

    @cached_property
    def bare(self):
        """C++ lines with comments and the content of string literals blanked out."""
        return _blank(self.text, keep_strings=False).splitlines()

    @property
    def is_test(self):
        return self.path.endswith(("_test.cc", "_test.h")) or self.path.startswith(("tests/", "libs/testing/"))

    def allowed(self, check, line):
        """Is this line (from 1) excused from the check?"""
        if any(m["check"] == check for m in _ALLOW.finditer(self.text) if m[1]):
            return True
        near = "\n".join(self.lines[max(line - 2, 0):line])
        return any(m["check"] == check for m in _ALLOW.finditer(near))


class Tree:
    """The repository's files: committed ones, and new ones that are not ignored."""

    def __init__(self, root, build=None):
        self.root = Path(root)
        self.build = Path(build) if build else self.root / "build" / "dev"

    @cached_property
    def sources(self):
        names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=self.root,
                               capture_output=True, check=True, text=True).stdout.split("\0")
        return [Source(self.root, name) for name in sorted(filter(None, names)) if (self.root / name).is_file()]

    def matching(self, pattern):
        """Files whose path matches the regular expression."""
        expression = re.compile(pattern)
        return [source for source in self.sources if expression.search(source.path)]

    @cached_property
    def cpp(self):
        return self.matching(r"\.(h|cc)$")


_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^(]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Za-z_])\'(?:\\.|[^\'\\\n])*\'',
    re.DOTALL)


def _blank(text, keep_strings):
    def replace(match):
        token = match[0]
        if token.startswith("/"):
            return re.sub(r"[^\n]", " ", token)
        return token if keep_strings else '"' + re.sub(r"[^\n]", " ", token)[2:] + '"'

    return _TOKEN.sub(replace, text)
