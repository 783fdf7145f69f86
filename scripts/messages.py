"""The message catalogues: extract what the code says, check that Chinese is complete, compile.

``python scripts/messages.py extract|check|compile|add FILE.tsv``. Source strings are English; the
catalogue is ``src/zhenshu/locale/zh_Hans/LC_MESSAGES/django.po``.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings as django_settings
from django.utils.translation.template import templatize

SOURCE = Path("src/zhenshu")
CATALOGUE = SOURCE / "locale/zh_Hans/LC_MESSAGES/django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
Found = tuple[str | tuple[str, ...], str | None, str]


def find_messages() -> Iterator[Found]:
    """Yield (message or (singular, plural), context, file) for every translatable string of the project."""
    for path in sorted(SOURCE.rglob("*.py")):
        yield from _extract(path.read_text(encoding="utf-8"), path)
    for path in sorted([*SOURCE.rglob("*.html"), *SOURCE.rglob("templates/**/*.txt")]):
        # What Django writes around the messages is no Python: without margins it can be read all the same.
        lines = templatize(path.read_text(encoding="utf-8"), origin=str(path)).splitlines()
        yield from _extract("\n".join(line.strip() for line in lines), path)


def _extract(text: str, path: Path) -> Iterator[Found]:
    stream = io.BytesIO(text.encode())
    options = {"encoding": "utf-8"}
    for _line, message, _comments, context in extract("python", stream, KEYWORDS, options=options):
        first = message[0] if isinstance(message, tuple) else message
        if first:
            yield message, context, str(path)


def load_catalogue() -> Catalog:
    if not CATALOGUE.exists():
        return Catalog(locale="zh_Hans", project="zhenshu", charset="utf-8", fuzzy=False)
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def save_catalogue(catalogue: Catalog) -> None:
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, omit_header=False, no_location=True)


def extract_messages() -> int:
    """Bring the catalogue in line with the code; print how many messages wait for Chinese."""
    old, new = load_catalogue(), Catalog(locale="zh_Hans", project="zhenshu", charset="utf-8", fuzzy=False)
    for message, context, _path in find_messages():
        key = message[0] if isinstance(message, tuple) else message
        known = old.get(key, context)
        new.add(message, known.string if known else "", context=context)
    save_catalogue(new)
    waiting = [message for message in new if message.id and not _translated(message.string)]
    print(f"{len(new)} messages, {len(waiting)} without Chinese")
    return 0


def _translated(string: object) -> bool:
    return bool(string) and (all(string) if isinstance(string, (tuple, list)) else True)


def check_messages() -> int:
    """Name every message without Chinese, and placeholders that were lost; 1 when there are any."""
    catalogue, faults = load_catalogue(), []
    for message, context, path in find_messages():
        key = message[0] if isinstance(message, tuple) else message
        known = catalogue.get(key, context)
        if known is None or not _translated(known.string):
            faults.append(f"{path}: no Chinese for {key!r}")
    faults = sorted(dict.fromkeys(faults))
    faults += [str(error) for message in catalogue for error in message.check(catalogue)]
    print("\n".join(faults) or "the Chinese catalogue is complete")
    return 1 if faults else 0


def add_messages(table: Path) -> int:
    """Take ``English<TAB>中文`` lines into the catalogue."""
    catalogue = load_catalogue()
    for line in table.read_text(encoding="utf-8").splitlines():
        english, tab, chinese = line.partition("\t")
        known = catalogue.get(english.replace("\\n", "\n")) if tab else None
        if known is not None and chinese.strip():
            text = chinese.strip().replace("\\n", "\n")
            known.string = (text,) if isinstance(known.id, (tuple, list)) else text
    save_catalogue(catalogue)
    return 0


def compile_messages() -> int:
    with CATALOGUE.with_suffix(".mo").open("wb") as file:
        write_mo(file, load_catalogue())
    return 0


def main() -> int:
    django_settings.configure(USE_I18N=False)
    match sys.argv[1:]:
        case ["extract"]:
            return extract_messages()
        case ["check"]:
            return check_messages()
        case ["compile"]:
            return compile_messages()
        case ["add", table]:
            return add_messages(Path(table))
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main())
