"""A worker to which every round is too large to keep all its pairs, and which prices parts of so many rows.

So that the passes of pricing can be measured in a round of a few hundred people.
"""

import sys

import django

if __name__ == "__main__":
    django.setup()
    from bothways.cli import main
    from bothways.match import listing, pricing

    listing.MOST_PAIRS = 0
    pricing.ROWS = int(sys.argv[1])
    sys.exit(main(["procrastinate", "worker", "--queues", "rounds"]))
