"""Dispatch to eBox or by letter: recipients, channels, outcomes, providers."""
