"""Evidence reports: who signed what, when and with what, as recorded and as found."""
