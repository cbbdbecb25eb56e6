"""The way in: who comes, how often, with what right to forward which operation, and what every answer carries."""
