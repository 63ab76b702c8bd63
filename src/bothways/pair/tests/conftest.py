"""The people of this room's tests: Amina and Bo are a pair, Chen is in their programme."""

from bothways.pair.tests.cast import amina as amina
from bothways.pair.tests.cast import bo as bo
from bothways.pair.tests.cast import dara as dara
from bothways.pair.tests.cast import eli as eli
from bothways.pair.tests.cast import pair as pair
from bothways.pair.tests.cast import programme as programme
from bothways.programme.tests.cast import chen as chen
