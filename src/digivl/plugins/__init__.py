"""Plug-ins: what can be offered, and the catalogue that finds and builds it."""
