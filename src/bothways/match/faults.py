"""What can go wrong in a round."""


class NotProved(Exception):
    """The engine's answer did not pass the check that it is the best: nothing of it may be used."""


class Overtaken(Exception):
    """The round was stopped, is finished, or another worker has taken it up."""
