"""The route of a proposal: what is done, due and next, as a table and a picture."""
