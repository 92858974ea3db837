"""What is said to who has to answer over a channel, and what comes back."""
