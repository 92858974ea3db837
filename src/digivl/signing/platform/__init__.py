"""Signing elsewhere: a platform where people sign, and what comes back from it."""
