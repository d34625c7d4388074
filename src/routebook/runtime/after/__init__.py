"""What happens to a lead after it was assigned: events, returns, claims, deadlines."""
