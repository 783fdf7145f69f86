"""``python -m zhenshu.papers.checking FILE [--last FILE] [--jsonl]``."""

import sys

from zhenshu.papers.checking.command import main

sys.exit(main())
