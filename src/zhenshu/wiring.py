"""Where news travels against the imports: the followers of the ledger, in the order they are told."""

from __future__ import annotations

from zhenshu.doors.api.webhooks.outbox import Outbox
from zhenshu.ground.ledger.record import Follower, register_followers
from zhenshu.measures.indicators.tallies import TallyFollower
from zhenshu.registers.engines.thresholds import ThresholdFollower
from zhenshu.registers.exchanges.outbox import ExchangeFollower

FOLLOWERS: tuple[Follower, ...] = (TallyFollower(), Outbox(), ThresholdFollower(), ExchangeFollower())


def connect() -> None:
    """Register the followers; called once per process when Django is ready."""
    register_followers(FOLLOWERS)
