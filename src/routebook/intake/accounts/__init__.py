"""Leads to accounts: the file of accounts, which account a lead belongs to, and what it knows about the lead."""
