"""The child process that trains: ``python -m zhenshu.registers.cases.suggestions``."""

from __future__ import annotations

import os

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhenshu.settings")
django.setup()

from zhenshu.registers.cases.suggestions.retrain import read_examples  # noqa: E402 - models need Django set up
from zhenshu.registers.cases.suggestions.training import train_and_save  # noqa: E402

learned = train_and_save(settings.INSTALLATION.models, read_examples())
print("\n".join(f"{question}: {count}" for question, count in learned.items()) or "nothing to learn yet")
