"""Learners and their consents, applications, seats, orders, suggestions."""
