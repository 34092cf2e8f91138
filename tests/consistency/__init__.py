"""Proof that funds control under concurrency is a serial ledger: histories of many clients, and what accepts or refuses them."""
