"""A table sent to the desk: the file, and the area for rows that name none."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.exports import CONTENT_TYPE
from zhenshu.doors.desk.pack_fields import area_choices
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.tables import MOST_BYTES


class TableForm(forms.Form):
    """A file of rows and the area of those that name none; the cleaned file is its bytes."""

    file = forms.FileField(label=gettext_lazy("Spreadsheet (xlsx, xls, et, ods or csv)"))
    area = forms.ChoiceField(label=gettext_lazy("Area of rows that name none"), required=False)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [("", "—"), *area_choices(scope)]  # type: ignore[attr-defined]

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        content: bytes = file.read()
        return content


def sheet_link(content: bytes) -> str:
    """Return an Excel file as an address a page can carry, for rows that go back to be mended."""
    return f"data:{CONTENT_TYPE};base64,{b64encode(content).decode()}"
