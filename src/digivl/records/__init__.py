"""The book: append-only entries, current rows and the outbox, in one transaction."""
