"""Start Django for a command, on the data folder it was given."""

from __future__ import annotations

import os
from pathlib import Path


def choose_data(data: Path | None) -> None:
    """Let this process, and those it starts, use *data*; the environment decides when none is given."""
    if data is not None:
        os.environ["ZHENSHU_DATA"] = str(data.expanduser().resolve())


def start_django(data: Path | None = None) -> None:
    """Make models and settings usable; the data folder exists afterwards."""
    choose_data(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhenshu.settings")
    # Django takes a fifth of a second to load, which `zhenshu --help` must not wait for.
    import django
    from django.conf import settings

    settings.INSTALLATION.data.mkdir(parents=True, exist_ok=True)
    django.setup()
