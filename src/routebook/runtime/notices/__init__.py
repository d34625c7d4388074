"""What people are told about their leads: written with the assignment, delivered from the outbox."""
