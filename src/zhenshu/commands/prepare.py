"""Bring an installation to the state in which it can be served."""

from __future__ import annotations

import secrets
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from zhenshu.commands.django_start import start_django

DEMO = "zhenshu.demo.build"


def migrate(data: Path | None) -> int:
    """Apply every migration."""
    start_django(data)
    _migrate()
    return 0


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def run(data: Path | None, *, town: str, empty: bool) -> int:
    """Migrate, read the packs, and fill an installation without users: demo township or administrator."""
    start_django(data)
    _migrate()
    _report_packs()
    # An installation may be shipped without the demo township.
    if not empty and find_spec(DEMO) is not None:
        import_module(DEMO).build_if_empty()
    _first_administrator(town)
    return 0


def _report_packs() -> None:
    from zhenshu.ground.packs.registry import library

    found = library()
    errors = [problem for problem in found.problems if problem.severity == "error"]
    print(f"业务包 Packs: {len(found.packs)}", file=sys.stderr)
    for problem in errors:
        print(f"  {problem}", file=sys.stderr)


def _first_administrator(town: str) -> None:
    """Create district, township and administrator; the password is made here, printed once, to be changed."""
    from zhenshu.ground.areas.models import Area, Level
    from zhenshu.ground.people.bootstrap import create_first_administrator, plant_township
    from zhenshu.ground.people.models import User

    if User.objects.exists():
        return
    area = Area.objects.open().filter(level=Level.TOWN).first() or plant_township(town or "本乡镇")
    password = f"{secrets.token_hex(3)}-{secrets.token_hex(3)}"
    create_first_administrator(
        "admin", "系统管理员", password=password, area=area, office_name="党政综合办公室"
    )
    print(f"登录名 Log-in: admin    密码 Password: {password}    （首次登录须修改 to be changed at log-in）")


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--empty"]
    sys.exit(run(None, town="".join(words), empty="--empty" in sys.argv))
