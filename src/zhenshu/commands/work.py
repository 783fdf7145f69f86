"""Run the background tasks until told to stop."""

from __future__ import annotations

from pathlib import Path

from zhenshu.commands.django_start import start_django


def run(data: Path | None) -> int:
    """Work until SIGINT or SIGTERM."""
    start_django(data)
    # The worker is made of models, usable only once Django has started.
    from zhenshu.worker import consumer

    consumer().run()
    return 0
