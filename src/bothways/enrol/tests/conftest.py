"""The programme and the people of this room's tests."""

from bothways.programme.tests.cast import amina as amina
from bothways.programme.tests.cast import bo as bo
from bothways.programme.tests.cast import eli as eli
from bothways.programme.tests.cast import programme as programme
