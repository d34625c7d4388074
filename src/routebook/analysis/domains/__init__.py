"""Fields cut into classes of values that no condition of a policy tells apart, one file for a kind of field."""
