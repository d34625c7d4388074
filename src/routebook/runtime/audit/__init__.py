"""The audit: whether the log is whole, whether it replays, and whether the state is what it adds up to."""
