"""The bank's own book, in SQLite: orders, events to come, events told. A restart, also after kill -9, goes on where it was.

Tables, for tests that compare the book with Fiscus:
  instruction(id, tenant, account_no, amount, currency, behaviour, calls, request)   one row an order taken
  event(cursor, instruction_id, event_id, kind, amount, told_at, message)             one row a telling; repeats are rows
  planned(position, due, instruction_id, message)                                     events not yet told
  swallowed(id)                                                                       orders that were ignored once
"""

import sqlite3
import threading
import time

_SCHEMA = """
CREATE TABLE IF NOT EXISTS instruction (
  id TEXT PRIMARY KEY, tenant TEXT NOT NULL, account_no TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
  behaviour TEXT NOT NULL, calls INTEGER NOT NULL, request BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS planned (
  position INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, instruction_id TEXT NOT NULL, message BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS planned_by_due ON planned (due, position);
CREATE TABLE IF NOT EXISTS event (
  cursor INTEGER PRIMARY KEY AUTOINCREMENT, instruction_id TEXT NOT NULL, event_id TEXT NOT NULL, kind INTEGER NOT NULL,
  amount INTEGER NOT NULL, told_at REAL NOT NULL, message BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS event_by_instruction ON event (instruction_id, cursor);
CREATE TABLE IF NOT EXISTS swallowed (id TEXT PRIMARY KEY);
"""


class Book:
    """Thread-safe. Messages are serialised TenantBankEvent; `parse` turns one into an object with `.event`."""

    def __init__(self, path, parse):
        self._parse = parse
        self._lock = threading.RLock()
        self._news = threading.Condition(self._lock)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # WAL with NORMAL outlives the process, which is all that a simulated bank needs; it is also the quickest.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self):
        with self._lock:
            self._db.close()

    def instruction(self, instruction_id):
        """(request bytes, behaviour) of an order, or None."""
        with self._lock:
            return self._db.execute("SELECT request, behaviour FROM instruction WHERE id = ?", (instruction_id,)).fetchone()

    def take(self, order, request, behaviour, events):
        """Takes an order with the events planned for it: pairs (due time, message)."""
        with self._lock, self._db:
            self._db.execute("BEGIN")
            self._db.execute("INSERT INTO instruction VALUES (?, ?, ?, ?, ?, ?, 1, ?)",
                             (order.instruction_id, order.tenant, order.payee.account_no, order.amount.minor,
                              order.amount.currency, behaviour, request))
            self._db.executemany("INSERT INTO planned (due, instruction_id, message) VALUES (?, ?, ?)",
                                 [(due, order.instruction_id, message) for due, message in events])
            self._news.notify_all()

    def count_call(self, instruction_id):
        """A repeat of an order came in."""
        with self._lock:
            self._db.execute("UPDATE instruction SET calls = calls + 1 WHERE id = ?", (instruction_id,))

    def swallow(self, instruction_id):
        """True the first time: the order shall be ignored."""
        with self._lock:
            return self._db.execute("INSERT OR IGNORE INTO swallowed VALUES (?)", (instruction_id,)).rowcount == 1

    def tell_due(self, now):
        """Moves what is due to the events told; the time at which the next is due, or None."""
        with self._lock, self._db:
            self._db.execute("BEGIN")
            due = self._db.execute("SELECT position, instruction_id, message FROM planned WHERE due <= ? ORDER BY due, position",
                                   (now,)).fetchall()
            for position, instruction_id, message in due:
                event = self._parse(message).event
                self._db.execute("INSERT INTO event (instruction_id, event_id, kind, amount, told_at, message)"
                                 " VALUES (?, ?, ?, ?, ?, ?)",
                                 (instruction_id, event.event_id, event.kind, event.amount, now, message))
                self._db.execute("DELETE FROM planned WHERE position = ?", (position,))
            if due:
                self._news.notify_all()
            return self._db.execute("SELECT min(due) FROM planned").fetchone()[0]

    def wait_for_plan(self, seconds):
        """Waits until an order is taken, at most so long."""
        with self._lock:
            self._news.wait(seconds)

    def latest(self, instruction_id):
        """The event told last about an order, or None."""
        with self._lock:
            row = self._db.execute("SELECT message FROM event WHERE instruction_id = ? ORDER BY cursor DESC LIMIT 1",
                                   (instruction_id,)).fetchone()
            return row and row[0]

    def events_after(self, cursor, limit, wait_s):
        """Pairs (cursor, message) after `cursor`, oldest first; waits up to `wait_s` for the first."""
        until = time.monotonic() + wait_s
        with self._lock:
            while True:
                rows = self._db.execute("SELECT cursor, message FROM event WHERE cursor > ? ORDER BY cursor LIMIT ?",
                                        (cursor, limit)).fetchall()
                left = until - time.monotonic()
                if rows or left <= 0:
                    return rows
                self._news.wait(left)
