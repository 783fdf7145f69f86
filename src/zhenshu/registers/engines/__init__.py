"""The engines of lines that need more than a record: small, declared in packs, kept by the ledger."""
