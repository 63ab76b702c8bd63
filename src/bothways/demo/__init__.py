"""Invented members who live through half a year of a programme, each by the same steps as anybody else.

The demo has no door of its own: it opens accounts, signs in, enrols, answers and meets through the
services that the pages call, in each invented person's own session, with the clock moved. It runs
only in a database that was made for the demo.
"""
