"""What `tools/dev test` and `tools/dev check` run."""
