"""The bytes of a text file turned to characters, in the encoding they were really written in."""

from typing import NamedTuple

from zhenshu.papers.reading.characters import commonness, sample, simplify_each
from zhenshu.papers.reading.document import Repair

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Ordinary Chinese is above 0.8; text in a wrong encoding stays below 0.3.
PLAUSIBLE = 0.5


class Decoded(NamedTuple):
    """Characters, the name of their encoding, and what had to be mended to get them."""

    text: str
    encoding: str
    repairs: list[Repair]


def decode(content: bytes) -> Decoded:
    """*content* as text: UTF-8, UTF-16 or GB18030; a line of another encoding is read in its own."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _lenient(content[len(mark) :], encoding)
    if content.count(b"\x00") > len(content) // 10:
        return _lenient(content, _byte_order(content))
    for encoding in ("utf-8", "gb18030"):
        text = _strict(content, encoding)
        if text is not None and (encoding == "utf-8" or _plausible(text)):
            return Decoded(text, encoding, [])
    return _by_line(content)


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _plausible(text: str) -> bool:
    return commonness(simplify_each(sample(text))) >= PLAUSIBLE


def _lenient(content: bytes, encoding: str) -> Decoded:
    text = content.decode(encoding, errors="replace")
    flags = [Repair("undecodable bytes", at, at + 1, "\ufffd", "\ufffd") for at in _places(text)]
    return Decoded(text, encoding, flags)


def _places(text: str) -> list[int]:
    if "\ufffd" not in text:
        return []
    return [place for place, character in enumerate(text) if character == "\ufffd"]


def _byte_order(content: bytes) -> str:
    """Which half of each pair holds the zeros of ASCII characters tells the order."""
    return "utf-16-le" if content[1::2].count(0) >= content[::2].count(0) else "utf-16-be"


def _by_line(content: bytes) -> Decoded:
    """Each line in the encoding it is legible in: some files are pasted together from several."""
    lines = [_read_line(line) for line in content.split(b"\n")]
    text = "\n".join(line for line, _encoding in lines)
    if not _plausible(text):
        guessed = _guessed(content)
        if guessed is not None:
            return guessed
    return Decoded(text, "mixed", _line_repairs(lines))


def _line_repairs(lines: list[tuple[str, str]]) -> list[Repair]:
    repairs, start = [], 0
    for line, encoding in lines:
        if encoding != "utf-8" and line:
            repairs.append(Repair("line encoding", start, start + len(line), encoding, "utf-8"))
        start += len(line) + 1
    return repairs


def _read_line(line: bytes) -> tuple[str, str]:
    for encoding in ("utf-8", "gb18030"):
        text = _strict(line, encoding)
        if text is not None:
            return text, encoding
    as_utf8, as_gb = line.decode("utf-8", errors="replace"), line.decode("gb18030", errors="replace")
    better = as_utf8 if as_utf8.count("\ufffd") <= as_gb.count("\ufffd") else as_gb
    return better, "damaged"


def _guessed(content: bytes) -> Decoded | None:
    """The best guess over all encodings; only asked when none of the usual ones gives Chinese."""
    from charset_normalizer import from_bytes  # heavy, and needed for one file in thousands

    best = from_bytes(content, cp_isolation=["big5", "big5hkscs", "gb18030", "hz", "utf_7", "utf_16"]).best()
    if best is None or not _plausible(str(best)):
        return None
    return Decoded(str(best), best.encoding, [])
