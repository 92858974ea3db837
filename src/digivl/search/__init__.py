"""Search: full text over dossiers, steps, meetings and documents."""
