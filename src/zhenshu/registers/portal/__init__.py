"""The public side of the registers: receipts of reports, spots with a code, published answers."""
