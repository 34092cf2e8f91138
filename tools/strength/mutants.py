"""Mutants of a source file: the same file with one small fault. Universalmutator's rules for C++ make them."""

import random
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from tools.stack.paths import REPO
from tools.strength.core import program

_NO_DECISION = ("#include", "//", "namespace", "}  //", "#pragma", "using ")


class Mutant(NamedTuple):
    """`line`: its number, from 1; `before` and `after`: that line."""

    path: Path
    test: str
    line: int
    before: str
    after: str

    def apply(self, lines):
        return [*lines[:self.line - 1], self.after, *lines[self.line:]]


def all_mutants(path, test):
    """Every mutant of the file that changes one line of code, each change once."""
    original = (REPO / path).read_text().splitlines()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program("mutate"), str(REPO / path), "cpp", "--noCheck", "--mutantDir", folder],
                       check=True, stdout=subprocess.DEVNULL)
        texts = [file.read_text().splitlines() for file in sorted(Path(folder).iterdir())]
    found = {changed_line(original, text) for text in texts} - {None}
    return [Mutant(path, test, number, original[number - 1], after) for number, after in sorted(found)]


def changed_line(original, text):
    """(number from 1, the line now) if the two differ in exactly one line of code, else None."""
    if len(original) != len(text):
        return None
    changed = [(number, after) for number, (before, after) in enumerate(zip(original, text), 1)
               if "".join(before.split()) != "".join(after.split())]
    if len(changed) != 1 or original[changed[0][0] - 1].strip().startswith(_NO_DECISION):
        return None
    return changed[0]


def sample(mutants, count, seed):
    """`count` of them, in random order; the same seed gives the same ones. One line is not taken twice before all were."""
    rng = random.Random(seed)
    shuffled = list(mutants)
    rng.shuffle(shuffled)
    rounds = {}
    ranked = []
    for position, mutant in enumerate(shuffled):
        place = (mutant.path, mutant.line)
        rounds[place] = rounds.get(place, -1) + 1
        ranked.append((rounds[place], position, mutant))
    return [mutant for _, _, mutant in sorted(ranked, key=lambda row: row[:2])][:count]
