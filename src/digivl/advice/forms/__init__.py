"""Requests, advice and agreements as Dutch PDF."""
