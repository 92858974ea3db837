"""Shipped for tests: simulators of the outside world and contract suites."""
