"""A PostgreSQL backend whose every transaction begins by saying who is inside.

Row security asks the database, and the database ties each transaction to the person whose token opened
it (`core_enter`). So a transaction has to begin with that call, also for a lone SELECT outside
`transaction.atomic()`. While somebody is inside, such statements share one transaction: it begins with
the first of them, is committed before an atomic block begins, after every statement that may write, and
when the stay is over. To the program it looks like autocommit; READ COMMITTED sees the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base as postgresql
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from psycopg import Cursor
from psycopg.pq import TransactionStatus

from bothways.core.walls.stay import Stay

READS = ("SELECT", "WITH", "FETCH", "SHOW", "EXPLAIN", "DECLARE", "CLOSE")


def _only_reads(statement: Any) -> bool:
    return isinstance(statement, str) and statement.lstrip().upper().startswith(READS)


class _Enters:
    """Before each statement the transaction knows who is inside; after it, what must last is committed."""

    db: DatabaseWrapper

    def _execute(self, sql: Any, params: Any, *ignored_wrapper_args: Any) -> Any:
        return self.db.inside(sql, lambda: super(_Enters, self)._execute(sql, params, *ignored_wrapper_args))  # type: ignore[misc]

    def _executemany(self, sql: Any, param_list: Any, *ignored_wrapper_args: Any) -> Any:
        return self.db.inside(
            sql,
            lambda: super(_Enters, self)._executemany(sql, param_list, *ignored_wrapper_args),  # type: ignore[misc]
        )


class _Cursor(_Enters, CursorWrapper):
    pass


class _DebugCursor(_Enters, CursorDebugWrapper):
    pass


class DatabaseWrapper(postgresql.DatabaseWrapper):
    """See the module. Without a stay it is Django's own backend."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stay: Stay | None = None
        # The running transaction knows who is inside.
        self._entered = False
        # A transaction of our own runs around statements outside atomic blocks.
        self._reading = False

    # --- what the program says ---

    @contextmanager
    def staying(self, stay: Stay) -> Iterator[Stay]:
        """Use this connection as `stay` inside the block. Blocks may lie in each other; each is restored."""
        before = self._stay
        self._change(stay)
        try:
            yield stay
        finally:
            self._change(before)

    def come_in(self) -> None:
        """Enter now, so that `found` of the stay is known."""
        self._come_in(alone=not self.in_atomic_block and self.get_autocommit())

    @property
    def stay(self) -> Stay | None:
        return self._stay

    # --- how it is done ---

    def _change(self, stay: Stay | None) -> None:
        self.finish_reading()
        if self._entered:
            # Still in somebody's atomic block: the next statement enters anew, or nobody is inside.
            self._go_out()
        self._stay = stay

    def _go_out(self) -> None:
        self._entered = False
        if self.connection is None or self.connection.closed:
            return
        if self.connection.info.transaction_status != TransactionStatus.INTRANS:
            # Failed: nothing can be run in it, and its end undoes the entering.
            return
        # In this order: the role that serves may go out, and then the owner's connection is itself again.
        back = ", set_config('role', 'none', true)" if settings.WALLS_LOWER_ROLE else ""
        self._raw(f"SELECT core_go_out(){back}")

    def inside(self, statement: Any, run: Callable[[], Any]) -> Any:
        """Run one statement as whoever stays."""
        if self._stay is None:
            return run()
        self._come_in(alone=not self.in_atomic_block and self.get_autocommit())
        if not self._reading:
            return run()
        try:
            result = run()
        except BaseException:
            self._roll_back_reading()
            raise
        if not _only_reads(statement):
            self.finish_reading()
        return result

    def _come_in(self, *, alone: bool) -> None:
        if self._entered or self._stay is None or not self._has_to_enter():
            return
        if alone and not self._reading:
            self._raw("BEGIN")
            self._reading = True
        self._enter(self._stay)

    def _has_to_enter(self) -> bool:
        return self._stay is not None and (self._stay.call is not None or settings.WALLS_LOWER_ROLE)

    def _enter(self, stay: Stay) -> None:
        self._entered = True
        call = stay.call or "SELECT NULL::uuid, NULL::uuid"
        arguments = stay.arguments
        if settings.WALLS_LOWER_ROLE:
            # A connection of the owner (tests, the demo) lowers itself to the role that serves.
            call = f"SELECT came.*, set_config('role', %s, true) FROM ({call}) AS came(person, entry)"  # noqa: S608
            arguments = (stay.role, *arguments)
        row = self._raw(call, arguments).fetchone()
        stay.found = (row[0], row[1])

    def finish_reading(self) -> None:
        """End the transaction around lone statements, keeping what it did."""
        if not self._reading:
            return
        self._reading = self._entered = False
        if self.connection is not None and not self.connection.closed:
            with self.wrap_database_errors:
                self.connection.commit()

    def _roll_back_reading(self) -> None:
        self._reading = self._entered = False
        if self.connection is not None and not self.connection.closed:
            self.connection.rollback()

    def _raw(self, statement: Any, arguments: tuple[Any, ...] = ()) -> Any:
        self.ensure_connection()
        # Not Django's cursor: that one writes the arguments into the statement, and other connections of
        # the same role can read running statements. A token travels beside the statement.
        with self.wrap_database_errors:
            return Cursor(self.connection).execute(statement, arguments)

    # --- where Django begins and ends transactions (its own hooks, unknown to the type stubs) ---

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        return _Cursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> CursorDebugWrapper:
        return _DebugCursor(cursor, self)

    def _set_autocommit(self, autocommit: bool) -> None:
        self.finish_reading()
        self._entered = False
        super()._set_autocommit(autocommit)  # type: ignore[misc]

    def _commit(self) -> None:
        self._entered = False
        super()._commit()  # type: ignore[misc]

    def _rollback(self) -> None:
        self._entered = False
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        # Entering may have been undone with the savepoint.
        self._entered = False

    def _close(self) -> None:
        self._reading = self._entered = False
        super()._close()  # type: ignore[misc]
