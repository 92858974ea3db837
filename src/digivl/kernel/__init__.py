"""What everything else is made of: identifiers, parties, money, moments, lifecycles."""
