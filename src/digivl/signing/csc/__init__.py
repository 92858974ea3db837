"""Remote signing by the API of the Cloud Signature Consortium: itsme and others."""
