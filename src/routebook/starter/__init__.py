"""What `init` writes: a project to begin with, made up or inferred from a file of leads."""
