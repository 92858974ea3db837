"""Custody: who holds what, since when, until when, and what is next."""
