"""Advice of the Inspectie van Financien and budget agreements (KRAB)."""
