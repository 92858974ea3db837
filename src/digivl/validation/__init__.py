"""Validation: verdicts over signed documents, the trust they rest on, the report."""
