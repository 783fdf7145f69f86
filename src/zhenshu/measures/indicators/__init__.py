"""Defined quantities, evaluated over areas and periods."""
