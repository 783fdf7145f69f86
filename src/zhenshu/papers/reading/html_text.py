"""The main text of a web page, without its navigation."""

from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Comment, NavigableString, Tag

from zhenshu.papers.reading.characters import is_chinese
from zhenshu.papers.reading.document import Repair

_SILENT = ("script", "style", "noscript")
_FURNITURE = (*_SILENT, "nav", "header", "footer", "aside", "form", "iframe", "select", "button")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_GROUPS = ("div", "section", "article", "table", "tr", "ul", "ol", "blockquote", "center")
_BLOCKS = frozenset((*_HEADINGS, *_GROUPS, "p", "li", "dd", "dt", "pre", "title"))
# The narrowest element that still holds this share of the page's prose is the article.
ARTICLE_SHARE = 0.7


def read_html(content: bytes) -> tuple[str, list[Repair], str]:
    """The article of a page, a repair for each part left out, and the encoding of the page."""
    page = BeautifulSoup(content, "lxml")
    left_out = [Repair("web navigation", 0, 0, words, "") for words in _strip(page)]
    article = _article(page)
    text = _text(article)
    return text, left_out, page.original_encoding or "utf-8"


def _strip(page: BeautifulSoup) -> list[str]:
    dropped = []
    for tag in page.find_all(_FURNITURE):
        words = " ".join(tag.get_text(" ", strip=True).split())
        if words and tag.name not in _SILENT:
            dropped.append(words[:200])
        tag.decompose()
    return dropped


def _article(page: BeautifulSoup) -> Tag:
    """Walk down from the body as long as one child holds nearly all the prose."""
    here: Tag = page.body or page
    whole = _prose(here)
    while True:
        inner = max(here.find_all(True, recursive=False), key=_prose, default=None)
        if inner is None or _prose(inner) < ARTICLE_SHARE * whole or inner.name in ("p", "span"):
            return here
        here = inner


def _prose(tag: Any) -> int:
    """How many Chinese characters stand under *tag* outside links."""
    linked = sum(_chinese(link.get_text()) for link in tag.find_all("a"))
    return _chinese(tag.get_text()) - linked


def _chinese(text: str) -> int:
    return sum(is_chinese(character) for character in text)


def _text(article: Tag) -> str:
    pieces: list[str] = []
    _collect(article, pieces)
    lines = (" ".join(line.split(" ")).strip() for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line) + "\n"


def _collect(tag: Tag, pieces: list[str]) -> None:
    for child in tag.children:
        if isinstance(child, Comment):
            continue
        if isinstance(child, NavigableString):
            pieces.append(" ".join(str(child).split()) if tag.name != "pre" else str(child))
        elif isinstance(child, Tag):
            _element(child, pieces)


def _element(tag: Tag, pieces: list[str]) -> None:
    if tag.name == "br":
        pieces.append("\n")
        return
    if tag.name in ("td", "th"):
        _collect(tag, pieces)
        pieces.append("\t")
        return
    _collect(tag, pieces)
    if tag.name in _BLOCKS:
        pieces.append("\n")
