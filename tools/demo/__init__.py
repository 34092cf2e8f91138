"""tools/dev demo: the whole product, live, on a small synthetic province."""
