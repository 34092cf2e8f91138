"""The style test: what a script can tell about the code, by the rows of README.md."""
