"""One module per subject; each check is a function Tree → findings."""
