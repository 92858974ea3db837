"""The trusted lists of the European Union, and who is qualified by them."""
