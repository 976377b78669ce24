"""Tables in Markdown, and the marked regions of documents that they are written into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..twins.errors import InputError


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> str:
    """A table whose first columns, as many as `left`, are words and whose others are numbers."""
    rule = ["---"] * left + ["---:"] * (len(header) - left)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))


def with_region(document: str, text: str, name: str, content: str) -> str:
    """The text with other content between the lines `<!-- name -->` and `<!-- /name -->`.

    Args:
        document: whose text it is.
        text: of the document.
        name: of the region.
        content: without the last line break.

    Raises:
        InputError: a text without both markers.
    """
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, begin, rest = text.partition(opening)
    _, end, after = rest.partition(closing)
    if not (begin and end):
        raise InputError(document, "no markers", f"add the lines {opening} and {closing}")
    return f"{before}{opening}\n{content}\n{closing}{after}"
