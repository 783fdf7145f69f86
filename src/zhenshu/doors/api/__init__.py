"""The API: programs come in here."""
