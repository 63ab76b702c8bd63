"""What a listing gives."""

from dataclasses import dataclass

from bothways.engine.arrays import Int32


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Feasible pairs in a fixed order: by left, then by right; each at most once.

    `left`, `right` are int32 indices into the two sides, `score` int32 >= 0 says how well they fit,
    `metres` int32 is the great-circle distance between the two cells. All have one length.
    """

    left: Int32
    right: Int32
    score: Int32
    metres: Int32

    def __len__(self) -> int:
        return len(self.left)
