"""Commands are run as a person runs them: a process of their own, on a data folder of their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def environment(tmp_path):
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in ("ZHENSHU_DATABASE_URL", "ZHENSHU_DEBUG")
    }
    return {**kept, "ZHENSHU_DATA": str(tmp_path / "data"), "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def zhenshu(environment):
    """Run a command and return its outcome with standard output and error as text."""

    def run(*arguments, status=0):
        command = [sys.executable, "-m", "zhenshu", *map(str, arguments)]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """An empty installation with its first administrator, made once."""
    data = tmp_path_factory.mktemp("prepared") / "data"
    command = [sys.executable, "-m", "zhenshu.commands.prepare", "--empty", "澄江镇"]
    kept = {key: value for key, value in os.environ.items() if key != "ZHENSHU_DATABASE_URL"}
    done = subprocess.run(
        command, env={**kept, "ZHENSHU_DATA": str(data)}, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return data


@pytest.fixture
def installation(prepared, tmp_path):
    """A copy of the prepared installation, in the environment's data folder; returns the folder."""
    return Path(shutil.copytree(prepared, tmp_path / "data"))
