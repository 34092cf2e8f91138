"""A small synthetic province, played through the public API by role-bearing users. Used by the demo and by the system tests."""
