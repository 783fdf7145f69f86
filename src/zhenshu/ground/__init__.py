"""What everything stands on: time, ledger, areas, people, packs."""
