"""The shapes of what comes in and goes out, one file per kind of thing."""
