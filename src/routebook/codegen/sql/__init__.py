"""The policy as one SQL query over a table of leads, for many dialects (extra `sql`)."""
