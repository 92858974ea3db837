"""Sealing on behalf of somebody who logged in: no key of that person is needed."""
