"""Who may do what, and see what; what was refused is recorded."""
