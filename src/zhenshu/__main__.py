"""``python -m zhenshu`` is the command line."""

from zhenshu.cli import main

main()
