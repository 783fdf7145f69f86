"""``python -m zhenshu.papers.reading FILE… [--jsonl]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .command import run


def main() -> int:
    """Read the files and folders named on the command line."""
    parser = argparse.ArgumentParser(
        prog="zhenshu read", description="Read the figures and promises of work reports."
    )
    parser.add_argument("paths", nargs="+", type=Path, help="files or folders")
    parser.add_argument("--jsonl", action="store_true", help="one JSON object a line")
    parser.add_argument("--workers", type=int, default=None, help="processes for a folder")
    arguments = parser.parse_args()
    return run(arguments.paths, jsonl=arguments.jsonl, workers=arguments.workers)


if __name__ == "__main__":
    sys.exit(main())
