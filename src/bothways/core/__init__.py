"""The ground floor: one small door (`api.py`) for each thing that every room needs."""
