"""What can go wrong in a round."""


class NotProved(Exception):
    """The engine's answer did not pass the check that it is the best: nothing of it may be used."""
