"""Who has to be heard, within which term: rules as data, with dates and sources."""
