"""Rows 14, 16 and 17: READMEs, links, leftovers, header comments."""

import re
from pathlib import PurePosixPath
from urllib.parse import unquote

from tools.tidy.tree import Finding

_README_IN = re.compile(r"^(proto|libs|services|deploy|tests|tools|services/[a-z_]+)$")
_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)\s]+)\)")
_CODE_BLOCK = re.compile(r"^```.*?^```", re.S | re.M)
_LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))")
_DEAD_CODE = re.compile(r"^\s+//\s*(if \(|for \(|return\b.*;|[A-Za-z_:]+\(.*\);\s*$|\}\s*$)")


def check_documents(tree):
    """Each part has a README; links resolve; one title per document."""
    paths = {source.path for source in tree.sources}
    folders = {str(parent) for path in paths for parent in PurePosixPath(path).parents}
    findings = [Finding(f"{folder}/README.md", 1, "is missing")
                for folder in sorted(folders) if _README_IN.match(folder) and f"{folder}/README.md" not in paths]
    for source in tree.matching(r"\.md$"):
        text = _CODE_BLOCK.sub(lambda block: "\n" * block[0].count("\n"), source.text)
        titles = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith("# ")]
        if len(titles) != 1:
            findings.append(Finding(source.path, 1, f"{len(titles)} titles (# …), not one"))
        for number, line in enumerate(text.splitlines(), 1):
            for target in _LINK.findall(line):
                file = (tree.root / source.path).parent / unquote(target.split("#")[0])
                if target.split("#")[0] and not file.exists():
                    findings.append(Finding(source.path, number, f"the link {target} leads nowhere"))
    return findings


def check_leftovers(tree):
    """No TODO without its issue, no commented-out code."""
    findings = []
    for source in tree.matching(r"\.(h|cc|py|sh|sql|proto|cmake)$"):
        if source.path.startswith("tools/tidy/"):
            continue  # names what it looks for
        for number, line in enumerate(source.lines, 1):
            if _LEFTOVER.search(line):
                findings.append(Finding(source.path, number, "a leftover without its issue: TODO(#n)"))
            elif source.path.endswith((".h", ".cc")) and _DEAD_CODE.match(line):
                findings.append(Finding(source.path, number, "commented-out code"))
    return findings


def check_header_comments(tree):
    """A header opens by saying what it is for."""
    return [Finding(source.path, 1, "a header opens with a comment that says what it is")
            for source in tree.matching(r"^(libs|services|tools)/.*\.h$") if not source.text.startswith(("//", "/*"))]
