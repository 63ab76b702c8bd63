"""Towns of the world by name, offline: a trimmed GeoNames extract (see NOTICE)."""

from bothways.programme.towns.extract import Town, by_id, near, search
from bothways.programme.towns.names import countries, country_name
from bothways.programme.towns.places import coarse

__all__ = ["Town", "by_id", "coarse", "countries", "country_name", "near", "search"]
