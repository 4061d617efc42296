"""A programme while it runs: check-ins, health, ratings, impact, and simulated programmes."""
