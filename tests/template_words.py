"""What a template shows, read with Django's own lexer."""

from __future__ import annotations

import re
from pathlib import Path

from django.template.base import Lexer, TokenType
from django.utils.text import smart_split

SOURCE = Path(__file__).resolve().parent.parent / "src" / "bothways"
# Tags whose arguments come to be shown, there or in what is included.
NAMING = {"blocktranslate", "with", "include"}
SHOWING = {"firstof", "cycle", "translate", "url", "regroup", "now"}
NAMED = re.compile(r"^(\w+)=(.+)$")


def templates() -> dict[str, Path]:
    """Every template of the product by the name it is loaded with."""
    files = [path for path in SOURCE.rglob("templates/**/*") if path.is_file()]
    return {str(path).rsplit("/templates/", 1)[1]: path for path in sorted(files)}


def shown_by(path: Path) -> set[str]:
    """The expressions whose values a template puts on the page; a name given inside it is looked through."""
    shown: set[str] = set()
    given: set[str] = set()
    for token in Lexer(path.read_text()).tokenize():
        if token.token_type == TokenType.VAR:
            shown.add(token.contents)
        elif token.token_type == TokenType.BLOCK:
            tag, *arguments = smart_split(token.contents)
            named = [NAMED.match(argument) for argument in arguments] if tag in NAMING else []
            given |= {found[1] for found in named if found}
            shown |= {found[2] for found in named if found}
            if tag in SHOWING - {"now", "url", "regroup"}:
                shown |= {argument for argument in arguments if not _is_plain(argument)}
    return {one for one in shown if one.split("|")[0].split(".")[0] not in given or "." in one.split("|")[0]}


def _is_plain(argument: str) -> bool:
    return argument[0] in "\"'" or argument in {"as", "asvar", "noop", "trimmed", "context"}
