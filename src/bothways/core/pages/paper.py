"""Pages on paper: HTML that holds everything itself becomes a PDF, and no address in it is ever opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn


def pdf_of(html: str, style: Path, **options: Any) -> bytes:
    """The page as a PDF, with the style sheet of that file. `options` go to WeasyPrint's `write_pdf`."""
    # WeasyPrint takes half a second to import, and only printed pages need it.
    from weasyprint import CSS, HTML

    fetcher = nothing_from_outside()
    page = HTML(string=html, url_fetcher=fetcher)
    sheet = CSS(string=style.read_text(), url_fetcher=fetcher)
    return bytes(page.write_pdf(stylesheets=[sheet], **options))


def nothing_from_outside() -> Any:
    """A fetcher that refuses every address."""
    from weasyprint.urls import URLFetcher

    # WeasyPrint has no types.
    class Refusing(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> NoReturn:
            raise ValueError("a printed page opens no address")

    return Refusing()
