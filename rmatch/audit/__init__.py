"""Audit: who gains and who loses, by group; what takes options away; what was not used."""
