"""Write the description of the API to a file: ``python -m zhenshu.doors.api.export FILE``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import django


def export(place: Path) -> None:
    """Write the OpenAPI description as readable JSON."""
    # Operations are made of models, which exist only once Django stands.
    from zhenshu.doors.api.application import api

    text = json.dumps(api.described, ensure_ascii=False, indent=1)
    place.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhenshu.settings")
    django.setup()
    export(Path(sys.argv[1]))
