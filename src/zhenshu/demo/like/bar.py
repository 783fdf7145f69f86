"""The township of a report, built with a progress bar in the terminal."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from zhenshu.demo.like.roundtrip import Summary
from zhenshu.demo.like.township import Township, build_like, read


def build_with_bar(path: Path, *, seed: int) -> Township:
    """Read the report at *path* and build a township like it."""
    from rich.console import Console  # the terminal's bar; pages and tests do without it
    from rich.progress import Progress as Bar

    report = read(path)
    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(path.name, total=100)
        return build_like(
            report,
            seed=seed,
            password=f"Cj-{secrets.token_hex(6)}1a",
            progress=lambda words, done: bar.update(task, description=words, completed=done),
        )


def print_built(built: Township, summary: Summary) -> None:
    """Tell on the terminal what was built and how to get in."""
    print(
        f"演示镇已生成（全部虚构 fictional）：{built.year} 年记录 {built.records} 条，"
        f"有指标的数据 {summary.covered} 个，相等 {summary.equal} 个（{summary.share}%）",
        file=sys.stderr,
    )
    for username, title in built.log_ins:
        print(f"  {title:<10} {username:<12} {built.password}", file=sys.stderr)
