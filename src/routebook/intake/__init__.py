"""Leads from outside: read, normalised and validated, or rejected with every reason and kept."""
