"""Dossiers and decision-making: steps, meetings, the agenda, decisions (Kaleidos)."""
