"""From records to the report, with provenance."""
