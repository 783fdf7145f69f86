"""``zhenshu demo``: build the fictional township into an empty data folder, without serving it."""

from __future__ import annotations

import sys
from pathlib import Path

from zhenshu.commands.django_start import start_django


def run(data: Path | None, *, seed: int | None) -> int:
    """Migrate, build the township and print its log-ins; 1 when there is a township already."""
    start_django(data)
    from django.core.management import call_command

    from zhenshu.demo import build

    call_command("migrate", verbosity=0, interactive=False)
    try:
        built = build.build_with_bar(build.DEFAULT_SEED if seed is None else seed)
    except build.DemoError as error:
        print(error, file=sys.stderr)
        return 1
    build.print_log_ins(built)
    return 0
