"""Lets the tests of the tools find the protos' Python modules, which the build makes."""

import sys

from tools.stack.paths import default_build

sys.path.insert(0, str(default_build() / "python"))
