"""The command line: one file a command, and the few things that commands share."""
