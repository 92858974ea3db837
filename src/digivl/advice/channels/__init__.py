"""The ways to who has to answer: the port, e-mail, KRAB."""
