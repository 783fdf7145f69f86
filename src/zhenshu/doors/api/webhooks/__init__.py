"""Other programs hear of changes: who is told, what is written, how it is sent."""
