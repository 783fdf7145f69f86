"""Who comes in: people through pages, programs through the API."""
