"""Drivers of cards and HSMs (PKCS#11), each in a process of its own."""
