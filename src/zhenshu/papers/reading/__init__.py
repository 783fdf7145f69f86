"""Reading a work report: clean text, structure, figures and promises, each with its place in the original."""

from .commitments import Commitment, read_commitments
from .document import Document, Repair
from .errors import ReportUnreadableError
from .figures import Figure, read_figures
from .report import Report, read_document, read_folder, read_report
from .structure import Section, Structure, read_structure

__all__ = [
    "Commitment",
    "Document",
    "Figure",
    "Repair",
    "Report",
    "ReportUnreadableError",
    "Section",
    "Structure",
    "read_commitments",
    "read_document",
    "read_figures",
    "read_folder",
    "read_report",
    "read_structure",
]
