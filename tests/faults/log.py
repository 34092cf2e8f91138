"""A log whose past is gone: records that every reader has read are deleted, and what the group knew of its offsets, too."""

import time

_FACTS, _WARNINGS = "fiscus.facts.v1", "fiscus.warnings.v1"
_READERS = ("monitor", "alerting")


def forget(stack):
    """Deletes what the readers have behind them, and the groups themselves once they are empty."""
    from confluent_kafka import TopicPartition
    from confluent_kafka.admin import AdminClient
    admin = AdminClient({"bootstrap.servers": stack.kafka.address})
    behind = [TopicPartition(_FACTS, partition, offset) for partition, offset in _read_by_monitor(stack)]
    for future in admin.delete_records(behind).values():
        future.result(20)
    for reader in _READERS:
        stack.stop(reader)
    groups = [group.group_id for group in admin.list_consumer_groups().result(20).valid]
    for future in admin.delete_consumer_groups(groups).values() if groups else ():
        try:
            future.result(20)
        except Exception as kept:  # a member that has not been missed yet keeps its group, which is as good a case
            print(f"group kept: {kept}")


def restart_readers(stack):
    time.sleep(1.0)
    for reader in _READERS:
        stack.start(reader, wait=False)


def _read_by_monitor(stack):
    """(partition, offset that is folded next), from its metrics."""
    import re
    import urllib.request
    with urllib.request.urlopen(stack.metrics("monitor"), timeout=5) as page:
        text = page.read().decode()
    return [(int(partition), int(float(offset))) for partition, offset in
            re.findall(r'^fiscus_monitor_next_offset\{[^}]*partition="(\d+)"[^}]*\} (\S+)$', text, re.MULTILINE)]
