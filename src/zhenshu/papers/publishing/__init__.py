"""Reports that are kept: drafted from the ledger, worded by hand, published with a seal."""
