"""What the worker does for the loop by itself, as plain functions; `zhenshu.worker` says how often."""

from __future__ import annotations

from zhenshu.registers.cases.boundaries import carry_over_open_cases
from zhenshu.registers.cases.escalation import escalate_due
from zhenshu.registers.cases.snapshots import catch_up
from zhenshu.registers.cases.triggers import propose_orders

__all__ = ["escalate_due_clocks", "follow_moved_borders", "propose_supervision", "write_missing_days"]


def escalate_due_clocks() -> int:
    """Every minute: tell the next level of clocks that ran out."""
    return escalate_due()


def propose_supervision() -> int:
    """Every quarter of an hour: propose orders by the packs' rules."""
    return propose_orders()


def write_missing_days() -> int:
    """Every hour: write the states of days that have ended."""
    return catch_up()


def follow_moved_borders() -> int:
    """Every ten minutes: put open matters where their ground belongs after a change of the area tree."""
    return carry_over_open_cases()
