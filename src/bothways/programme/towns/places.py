from __future__ import annotations

import h3

# About 3 km from the middle of a cell to its edge: enough to match people nearby, not to find a door.
RESOLUTION = 6


def coarse(lat: float, lon: float) -> tuple[int, int]:
    """The centre of the h3 cell around a place, in 1e-5 degrees: all that is kept of a position."""
    cell_lat, cell_lon = h3.cell_to_latlng(h3.latlng_to_cell(lat, lon, RESOLUTION))
    return round(cell_lat * 100_000), round(cell_lon * 100_000)
