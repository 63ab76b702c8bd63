"""The one family of errors that services raise and views turn into a sentence."""

from __future__ import annotations

from django.utils.functional import Promise


class Refused(Exception):
    """The action is not possible; `words` says why and what to do, in the reader's language.

    Views show it on the page that the person came from, with status 409 and everything typed kept.
    """

    def __init__(self, words: Promise | str) -> None:
        super().__init__(str(words))
        self.words = words
