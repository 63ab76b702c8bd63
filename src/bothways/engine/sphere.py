"""Points of the sphere as unit vectors, the same to the last bit on every machine.

Only additions, multiplications and divisions are used, never the platform's sine: IEEE 754 fixes their
last bit, so everything computed from these vectors is the same everywhere.
"""

from typing import Final

import numpy as np

from bothways.engine._jit import kernel
from bothways.engine.arrays import Float64, Int32

EARTH_RADIUS_M: Final = 6_371_009.0
RADIANS_PER_E5: Final = 1.7453292519943295e-07
RIGHT_ANGLE_E5: Final = 9_000_000


@kernel
def sine_cosine(angle_e5: int) -> tuple[float, float]:
    """Sine and cosine of an angle in 1e-5 degrees, within 1e-15."""
    quarter = (angle_e5 + RIGHT_ANGLE_E5 // 2) // RIGHT_ANGLE_E5
    x = (angle_e5 - quarter * RIGHT_ANGLE_E5) * RADIANS_PER_E5
    square = x * x
    sine, cosine = 1.0, 1.0
    for k in range(7, -1, -1):  # Taylor's series by Horner, |x| <= pi/4
        sine = 1.0 - square / ((2 * k + 2) * (2 * k + 3)) * sine
        cosine = 1.0 - square / ((2 * k + 1) * (2 * k + 2)) * cosine
    sine *= x
    turn = quarter & 3
    if turn == 0:
        return sine, cosine
    if turn == 1:
        return cosine, -sine
    if turn == 2:
        return -sine, -cosine
    return -cosine, sine


@kernel
def unit_vectors(lat_e5: Int32, lon_e5: Int32) -> tuple[Float64, Float64, Float64]:
    n = len(lat_e5)
    x, y, z = np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        sin_lat, cos_lat = sine_cosine(int(lat_e5[i]))
        sin_lon, cos_lon = sine_cosine(int(lon_e5[i]))
        x[i], y[i], z[i] = cos_lat * cos_lon, cos_lat * sin_lon, sin_lat
    return x, y, z
