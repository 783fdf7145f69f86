"""The desk: pages for those who work here."""
