"""Spots that belong to the carrier of a report, not to the report: field marks, page marks, web furniture."""

import re
from collections.abc import Iterator

from zhenshu.papers.reading.mending import Spot

_FIELD_MARK = re.compile(r"\[(?:bookmark|if|endif|field|footnoteRef|endnoteRef|annotation)\b[^\]\n]{0,80}\]")
_BARE_LINK = re.compile(r"(?:https?://|www\.)[\w./?=&%#:~+-]+", re.ASCII)

_PAGE_MARK = (
    r"\d{1,4}\s*/\s*\d{1,4}",
    r"第\s*\d{1,4}\s*页\s*[,，/]?\s*共\s*\d{1,4}\s*页",
    r"第\s*\d{1,4}\s*页",
    r"[-—–－―]+\s*\d{1,4}\s*[-—–－―]+",
    r"\[?\s*page\s*\d{1,4}\s*\]?",
)
_WEB_FURNITURE = (
    r"(?:您的位置|您现在的位置|当前位置|所在位置|位置)\s*[:：>].{0,80}",
    r"(?:首页|网站首页)\s*[>＞»|/].{0,80}",
    r"(?:首页|网站首页|政务公开|政民互动|办事服务|机构概况|新闻中心)(?:\s+\S{2,6}){2,12}",
    r"(?:信息来源|来源|发布机构|作者|索引号|浏览次数|阅读次数|累计次数|点击数|发布时间|发布日期|字体|字号)\s*[:：].{0,120}",
    r"(?:上一篇|下一篇|上一条|下一条|相关阅读|相关链接|附件下载|责任编辑|编辑|审核)\s*[:：].{0,80}",
    r"(?:[【\[(|\s]*(?:打印本页|打印|关闭窗口|关闭|返回顶部|返回首页|加入收藏|设为首页)[】\])|\s]*)+",
    r"(?:分享到|扫一扫|用微信扫).{0,60}",
    r"(?:版权所有|主办单位|主办|承办|技术支持|网站标识码|Copyright|©).{0,120}",
    r".{0,40}(?:ICP备|公网安备).{0,60}",
)
_SHARE_SITE = (
    r".{0,40}(?:文库|文档网|范文网|豆丁网|道客巴巴|原创力文档|爱问共享|人人文库|公务员之家)(?:[-—_|].{0,40}|[^。]{0,20})",
    r".{0,30}(?:免费下载|点击下载|下载全文|下载后可|下载本文档|会员专享|VIP免费|全文阅读|word版|Word版).{0,40}",
    r"本文(?:由|来自|档由).{0,60}(?:整理|上传|提供|分享|发布).{0,30}",
    r"(?:更多|精品|欢迎).{0,30}(?:请访问|请关注|尽在|下载).{0,60}",
    r"(?:收藏|点赞|举报|评论|转发)(?:\s+(?:收藏|点赞|举报|评论|转发|分享))+",
)
_LINE = re.compile(
    r"^[ \t\u3000]*(?:(?P<page>"
    + "|".join(_PAGE_MARK)
    + ")|(?P<web>"
    + "|".join(_WEB_FURNITURE)
    + ")|(?P<share>"
    + "|".join(_SHARE_SITE)
    + r"))[ \t\u3000]*$",
    re.IGNORECASE,
)
_KINDS = {"page": "page mark", "web": "web navigation", "share": "share-site banner"}
_NUMBER_LINE = re.compile(r"^[ \t]*(\d{1,3})[ \t]*$", re.MULTILINE)
# A line of a report proper is long or ends a sentence; furniture is short and does not.
LONGEST_FURNITURE = 160
LONGEST_HEADER = 24


def field_spots(text: str) -> Iterator[Spot]:
    """The marks a word processor left: ``[bookmark: _Hlk151998462]``."""
    if "[" not in text:
        return
    for match in _FIELD_MARK.finditer(text):
        yield Spot(match.start(), match.end(), "", "field mark")


def link_spots(text: str) -> Iterator[Spot]:
    """Web addresses."""
    if "http" not in text and "www." not in text:
        return
    for match in _BARE_LINK.finditer(text):
        yield Spot(match.start(), match.end(), "", "web address")


def line_spots(text: str) -> Iterator[Spot]:
    """Whole lines that carry the page or the site; the line break stays, so lines keep their numbers."""
    start = 0
    for line in text.split("\n"):
        if line and len(line) <= LONGEST_FURNITURE and not line.endswith("。"):
            match = _LINE.match(line)
            if match is not None and match.lastgroup is not None:
                yield Spot(start, start + len(line), "", _KINDS[match.lastgroup])
        start += len(line) + 1


def page_number_spots(text: str) -> Iterator[Spot]:
    """Lines holding nothing but a number, when they count upward like pages do."""
    numbers = [(match, int(match[1])) for match in _NUMBER_LINE.finditer(text)]
    counting = len(numbers) >= 3 and all(
        after[1] - before[1] == 1 for before, after in zip(numbers, numbers[1:], strict=False)
    )
    for match, _number in numbers if counting else ():
        yield Spot(match.start(), match.end(), "", "page mark")


def repeated_spots(text: str) -> Iterator[Spot]:
    """Short lines that return unchanged five times or more: running headers of pages."""
    lines = text.split("\n")
    if len(lines) < 40:
        return
    counts: dict[str, int] = {}
    for line in lines:
        if 4 <= len(line) <= LONGEST_HEADER:
            counts[line] = counts.get(line, 0) + 1
    running = {line for line, count in counts.items() if count >= 5 and not _says_something(line)}
    start = 0
    for line in lines:
        if line in running:
            yield Spot(start, start + len(line), "", "running header")
        start += len(line) + 1


def _says_something(line: str) -> bool:
    """True for a line that is part of a sentence or holds a number, and for a blank one."""
    kept = line.strip()
    return not kept or any(character.isdigit() or character in "，,。、:：;；" for character in kept)
