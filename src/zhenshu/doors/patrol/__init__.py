"""The door of the grid workers: a report from a phone in seconds, also without a signal."""
