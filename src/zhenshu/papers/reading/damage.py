"""Spots where a conversion between encodings broke the text.

Three kinds occur in published reports:

- ``規(guī)劃``: a program wrote the pinyin of a character behind it;
- ``安全感。??椕芑鶎又卫砭W(wǎng)絡``: one byte of a GBK text was lost, so that every following pair
  of bytes was read one byte late, until an ASCII letter ended the run; moved back, it reads 密基層治理網絡;
- ``鏀垮簻宸ヤ綔``: the bytes of UTF-8 were read as GBK (or as Western letters: ``æ”¿åºœ``).
"""

import re
from array import array
from collections.abc import Iterator

from zhenshu.papers.reading.characters import commonness, sample, simplify_each
from zhenshu.papers.reading.document import Repair
from zhenshu.papers.reading.mending import Mending, Spot

LOST = "\ufffd"
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü"
_PINYIN = f"[a-z{_TONED}]{{0,5}}[{_TONED}][a-z]{{0,2}}"
PINYIN_DEBRIS = re.compile(rf"(?<=[\u4e00-\u9fffA-Z])[(（]{_PINYIN}[)）]")
# A lost byte shows as a question mark or U+FFFD, often with the tail of a pinyin note behind it.
_LOST_RUN = re.compile(rf"[?\ufffd]+(?:{_PINYIN}[)）]?)?(?=[\u4e00-\u9fff、，。；;,⒈-⒛\ufffd])")
_SHIFTED_RUN = re.compile(
    rf"([;；：]?)([\u4e00-\u9fff⒈-⒛]{{2,40}})(?:([A-Za-z])(?:[(（]{_PINYIN}[)）])?|(?=[?\ufffd]))"
)
_ASKING = re.compile(r"什么|怎|谁|何|吗|呢|哪|几|多少|是否|岂|难道|么[”’\"]?$")
_CLAUSE = 30
ENOUGH = 0.75


def pinyin_spots(text: str) -> Iterator[Spot]:
    """The pinyin notes behind characters, to be dropped."""
    if "(" not in text and "（" not in text:
        return
    for match in PINYIN_DEBRIS.finditer(text):
        yield Spot(match.start(), match.end(), "", "pinyin debris")


def lost_spots(text: str) -> Iterator[Spot]:
    """The places of lost characters, marked U+FFFD, with the shifted run behind each moved back."""
    if "?" not in text and LOST not in text:
        return
    for match in _LOST_RUN.finditer(text):
        if LOST not in match[0] and _asks(text, match.start(), match.end()):
            continue
        yield Spot(match.start(), match.end(), LOST, "lost character")
        shifted = _SHIFTED_RUN.match(text, match.end())
        if shifted is not None:
            yield from _moved_back(shifted)


def _asks(text: str, start: int, end: int) -> bool:
    """True when the mark closes a real question: its clause holds a question word."""
    before = re.split(r"[，,。；;\n?？!！]", text[max(0, start - _CLAUSE) : start])[-1]
    return end - start == 1 and (not before or bool(_ASKING.search(before)))


def _moved_back(shifted: "re.Match[str]") -> Iterator[Spot]:
    """The run read one byte earlier, when that turns rare characters into common ones."""
    run, letter = shifted[2], shifted[3] or ""
    packed = run.encode("gb18030", errors="replace")[1:] + letter.encode("ascii")
    if not letter:
        packed = packed[:-1]
    read = packed.decode("gbk", errors="replace")
    if LOST in read or commonness(simplify_each(read)) <= max(ENOUGH, commonness(simplify_each(run))):
        return
    head = len(shifted[1])
    yield Spot(shifted.start(), shifted.end(), read, "shifted bytes", tuple(range(head, head + len(read))))


# Characters that UTF-8 Chinese turns into when read as GBK, and the Western letters it turns into.
_AS_GBK = re.compile("[鐨勬槸涓浗鍙戝睍锛銆傚伐浣鏀簻鎶憡骞闀囨]")
_AS_WESTERN = re.compile("[äåæçèé][\u0080-\u00bf\u0152-\u0178\u2013-\u203a\u20ac]")
_MOJIBAKE_SHARE = 0.05


def unscramble(mending: Mending) -> None:
    """Read a text again that was decoded with the wrong encoding before it was saved."""
    text = mending.clean
    part = text[:4000]
    if len(_AS_WESTERN.findall(part)) > _MOJIBAKE_SHARE * len(part):
        _read_again(mending, "cp1252")
    elif len(_AS_GBK.findall(part)) > _MOJIBAKE_SHARE * len(part):
        _read_again(mending, "gb18030")


def _read_again(mending: Mending, encoding: str) -> None:
    packed = bytearray()
    owners = array("i")
    for place, character in enumerate(mending.clean):
        pair = _packed(character, encoding)
        packed += pair
        owners.extend([mending.origin[place]] * len(pair))
    read = bytes(packed).decode("utf-8", errors="replace")
    if commonness(simplify_each(sample(read))) <= commonness(simplify_each(sample(mending.clean))):
        return
    origin = array("i")
    at = 0
    for character in read:
        origin.append(owners[min(at, len(owners) - 1)])
        at += 1 if character == LOST else len(character.encode("utf-8"))
    mending.repairs.append(Repair("wrong encoding", 0, len(mending.clean), encoding, "utf-8"))
    mending.clean, mending.origin = read, origin


def _packed(character: str, encoding: str) -> bytes:
    """The bytes of one character; a lost one and the gaps of Western Windows are single bytes."""
    if character == LOST:
        return b"\xff"
    if encoding == "cp1252" and 0x80 <= ord(character) <= 0x9F:
        return bytes([ord(character)])
    return character.encode(encoding, errors="replace")
