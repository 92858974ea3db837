"""Signing: flows, the means with which people sign, the authorities that timestamp."""
