"""Why a file can't be read as a report.

ReportUnreadableError
├─ EmptyFileError
├─ TextTooLongError
├─ ScannedPdfError
├─ LockedFileError
├─ SwollenFileError
├─ BrokenFileError
└─ WrongFormatError

Each error carries its facts; ``sentence`` is the untranslated text with the facts' places,
so that a door may translate it before filling it in.
"""

from typing import ClassVar


def gettext_noop(words: str) -> str:
    """Mark words for the catalogue; whoever shows them translates. Reading starts without Django."""
    return words


class ReportUnreadableError(Exception):
    """A file from which no text can be taken."""

    sentence: ClassVar[str] = gettext_noop("“%(name)s” can't be read.")

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence % facts)


class EmptyFileError(ReportUnreadableError):
    """There is nothing but blank space in the file."""

    sentence = gettext_noop(
        "“%(name)s” holds no text at all. Open it to see whether the report was really saved,"
        " and send it again."
    )


class TextTooLongError(ReportUnreadableError):
    """The text is hundreds of times longer than any report."""

    sentence = gettext_noop(
        "“%(name)s” holds %(size)s million characters; at most %(limit)s million are read (a work report has"
        " about 0.02 million). Save the report alone in a file of its own, or split the collection."
    )


class ScannedPdfError(ReportUnreadableError):
    """The pages of the pdf are pictures."""

    sentence = gettext_noop(
        "The %(pages)s pages of “%(name)s” are pictures without text, probably a scan. Ask for the Word file,"
        " or run text recognition (OCR) over it first and save the result as docx or txt."
    )


class LockedFileError(ReportUnreadableError):
    """The file asks for a password."""

    sentence = gettext_noop(
        "“%(name)s” is protected by a password. Open it, save a copy without the password and use that."
    )


class SwollenFileError(ReportUnreadableError):
    """A packed file that would unfold to an unreasonable size."""

    sentence = gettext_noop(
        "“%(name)s” would unfold to more than %(limit)s MB in “%(part)s”, as damaged or malicious files do;"
        " it was not opened. Copy the text into a new document and save that."
    )


class BrokenFileError(ReportUnreadableError):
    """The file says it is of a kind, but can't be opened as that kind."""

    sentence = gettext_noop(
        "“%(name)s” looks like a %(kind)s file but is damaged (%(detail)s). Open it in its own program,"
        " save it again as docx and use that."
    )


class WrongFormatError(ReportUnreadableError):
    """The file is of a kind that isn't read."""

    sentence = gettext_noop(
        "“%(name)s” is %(kind)s, which can't be read here. Save it as docx, txt, html or pdf with text."
    )
