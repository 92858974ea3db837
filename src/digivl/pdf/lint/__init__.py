"""Looks, before a signature, for what a signer cannot see or what can change later.

One family of rules a file: each holds its table of rules and the checks behind them.
`digivl.pdf.lint.linter.lint` runs them all.
"""
