"""A simulated bank: a test double behind the real adapter API (proto/fiscus/bank/v1). See README.md."""
