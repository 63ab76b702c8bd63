"""Amina and Bo are a pair, Chen is in their programme, Dara is a stranger, Eli coordinates."""

from __future__ import annotations

from bothways.pair.tests.cast import amina as amina
from bothways.pair.tests.cast import bo as bo
from bothways.pair.tests.cast import chen as chen
from bothways.pair.tests.cast import dara as dara
from bothways.pair.tests.cast import eli as eli
from bothways.pair.tests.cast import pair as pair
from bothways.pair.tests.cast import programme as programme
from bothways.people.tests.carrier import carrier as carrier
from bothways.people.tests.reach import told as told
