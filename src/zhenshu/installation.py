"""Where this installation keeps its things, read once from the environment."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit


class InstallationError(Exception):
    """The environment describes an installation that cannot run."""


@dataclass(frozen=True, slots=True)
class Installation:
    """The data folder, the database and the public address of one installation."""

    data: Path
    database_url: str
    debug: bool
    hosts: tuple[str, ...]
    https: bool

    @property
    def packs(self) -> Path:
        """Folder whose pack files join the shipped ones while the installation runs."""
        return self.data / "packs"

    @property
    def attachments(self) -> Path:
        return self.data / "attachments"

    @property
    def models(self) -> Path:
        """Folder of the trained suggestion models; they can be rebuilt from the records."""
        return self.data / "models"

    def secret_key(self) -> str:
        """Return the signing key, made at the first start and kept readable by the owner only."""
        place = self.data / "secret.key"
        if not place.exists():
            self.data.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
        return place.read_text().strip()


def read_installation(environment: os._Environ[str] | dict[str, str] = os.environ) -> Installation:
    """Return the installation that *environment* describes.

    ``ZHENSHU_DATA`` (default ``./data``), ``ZHENSHU_DATABASE_URL`` (default SQLite in the data
    folder), ``ZHENSHU_HOSTS`` (comma list), ``ZHENSHU_HTTPS=1`` behind a TLS proxy,
    ``ZHENSHU_DEBUG=1`` for developers.
    """
    data = Path(environment.get("ZHENSHU_DATA", "data")).expanduser().resolve()
    return Installation(
        data=data,
        database_url=environment.get("ZHENSHU_DATABASE_URL") or f"sqlite:///{data / 'zhenshu.sqlite3'}",
        debug=environment.get("ZHENSHU_DEBUG") == "1",
        hosts=tuple(h.strip() for h in environment.get("ZHENSHU_HOSTS", "*").split(",") if h.strip()),
        https=environment.get("ZHENSHU_HTTPS") == "1",
    )


def database_settings(url: str) -> dict[str, object]:
    """Return Django's database settings for *url*; raise InstallationError for another scheme."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path))
    if parts.scheme in ("postgres", "postgresql"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")) or "zhenshu",
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            # Short queries gain nothing from just-in-time compilation and lose much to it. Prepared on
            # the server, the statements of a step need neither be parsed nor planned anew: half of its
            # time there. No disk turns any more: with the cost of those, a list would walk all of the
            # newest cases instead of its own index.
            "OPTIONS": {
                "options": "-c jit=off -c random_page_cost=1.1",
                "server_side_binding": True,
                "prepare_threshold": 3,
            },
        }
    raise InstallationError(
        f"ZHENSHU_DATABASE_URL starts with {parts.scheme!r}. "
        "Use sqlite:///PATH or postgres://USER:PASSWORD@HOST:5432/NAME."
    )


def _sqlite(path: str) -> dict[str, object]:
    """SQLite with a write-ahead log and full synchronisation: what was acknowledged survives a power cut."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            # Taking the write lock at BEGIN lets writers wait for one another instead of failing half-way.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;"
                "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=134217728;"
            ),
        },
    }
