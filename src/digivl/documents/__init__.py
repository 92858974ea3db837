"""Documents and their versions: immutable bytes, named by their SHA-256."""
