"""Private instances of the whole product on one machine: PostgreSQL, Redis, Kafka, the services, Envoy, a bank.

`Stack` is all that tests and the demo need; see README.md in this folder.
"""

from tools.stack.stack import Stack, StackError

__all__ = ["Stack", "StackError"]
