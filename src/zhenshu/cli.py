"""The command line. Nothing heavy is loaded here: each command loads its module when it runs."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="zhenshu",
    help="镇枢：乡镇（街道）指挥中心。The open command centre for a township.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
packs = typer.Typer(help="业务包 Packs: the declared business lines.", no_args_is_help=True)
ledger = typer.Typer(help="台账 Ledger: who did what, when.", no_args_is_help=True)
tallies = typer.Typer(help="统计数 Tallies: what indicators are added up from.", no_args_is_help=True)
exchange = typer.Typer(help="上级往来 Exchanges with the systems above.", no_args_is_help=True)
app.add_typer(packs, name="packs")
app.add_typer(exchange, name="exchange")
app.add_typer(tallies, name="tallies")
app.add_typer(ledger, name="ledger")

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", help="数据目录 Data folder (default: ZHENSHU_DATA, or ./data).", show_default=False
    ),
]
Jsonl = Annotated[bool, typer.Option("--jsonl", help="每行一个 JSON One JSON object per line.")]


def _command(module: str) -> Any:
    return import_module(f"zhenshu.commands.{module}")


def _room(module: str) -> Any:
    return import_module(f"zhenshu.{module}")


def _end(status: int) -> None:
    if status:
        raise typer.Exit(status)


@app.command()
def up(
    data: Data = None,
    port: Annotated[int, typer.Option(help="端口 Port.")] = 8000,
    host: Annotated[str, typer.Option(help="监听地址 Address to listen on.")] = "127.0.0.1",
    empty: Annotated[bool, typer.Option("--empty", help="不建演示数据 Without the demo township.")] = False,
    town: Annotated[str, typer.Option(help="乡镇名称 Name of the township, with --empty.")] = "",
) -> None:
    """首次运行、启动服务 Set up at the first run, then serve and run the worker."""
    _end(_command("up").run(data, host=host, port=port, empty=empty, town=town))


@app.command()
def migrate(data: Data = None) -> None:
    """升级数据库 Bring the database to this version."""
    _end(_command("prepare").migrate(data))


@app.command()
def worker(data: Data = None) -> None:
    """后台任务 Run the background tasks alone (beside a server of your own)."""
    _end(_command("work").run(data))


@app.command()
def doctor(
    data: Data = None,
    deep: Annotated[bool, typer.Option("--deep", help="逐条核验台账 Verify the whole ledger too.")] = False,
) -> None:
    """体检 Check the installation and say what to do."""
    _end(_command("doctor").run(data, deep=deep))


@app.command()
def backup(
    data: Data = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="备份文件 File to write.", show_default=False)
    ] = None,
) -> None:
    """备份 Copy database, attachments and packs into one file, while the service runs."""
    _end(_command("backup").run(data, to=to))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="备份文件 A file written by backup.")],
    data: Data = None,
    force: Annotated[bool, typer.Option("--force", help="移开现有数据 Put present data aside.")] = False,
) -> None:
    """恢复 Verify a backup and put it in place; stop the service first."""
    _end(_command("restore").run(file, data, force=force))


@app.command()
def token(
    user: Annotated[str, typer.Argument(help="登录名 Log-in name.")],
    data: Data = None,
    name: Annotated[str, typer.Option(help="用途 What the token is for.")] = "command line",
    scopes: Annotated[str, typer.Option(help="权限，逗号分隔 Scopes, by commas (default: all).")] = "",
    days: Annotated[int, typer.Option(help="有效天数 Days until it expires.")] = 365,
) -> None:
    """接口令牌 Issue a bearer token; it is shown this once."""
    _end(_command("token").run(user, data, name=name, scopes=scopes, days=days))


@app.command()
def people(
    file: Annotated[Path, typer.Argument(help="单位和人员表 Workbook of offices and people (xlsx).")],
    by: Annotated[str, typer.Option(help="管理员登录名 Log-in name of the administrator who imports.")],
    data: Data = None,
) -> None:
    """导入单位和人员 Take offices, people and posts in from a workbook."""
    _end(_command("people").run(file, data, by=by))


@app.command()
def intake(
    file: Annotated[Path, typer.Argument(help="事项表 Matters (xlsx, xls, et, ods, csv, ndjson).")],
    kind: Annotated[str, typer.Option(help="事项类型 Kind, such as hotline.ticket.")],
    columns: Annotated[
        str, typer.Option(help="表头=字段 HEADING=COLUMN,… or a JSON file (default: guessed, remembered).")
    ] = "",
    area: Annotated[str, typer.Option(help="默认区域 Area of rows that name none.")] = "",
    source: Annotated[str, typer.Option(help="来源系统 The system whose numbers the rows carry.")] = "",
    crs: Annotated[str, typer.Option(help="坐标系 wgs84, cgcs2000 or gcj02.")] = "wgs84",
    by: Annotated[str, typer.Option(help="登录名 Log-in name of who takes them in.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="试运行 Store nothing.")] = False,
    data: Data = None,
) -> None:
    """导入事项 Take matters in from a file; rejected rows (then 1) stand in a sheet beside it."""
    options = {"kind": kind, "columns": columns, "area": area, "source": source, "crs": crs, "by": by}
    _end(_command("intake").run(file, data, **options, dry_run=dry_run))


@app.command()
def demo(
    data: Data = None,
    seed: Annotated[
        int | None,
        typer.Option(help="随机种子 Another township for another number.", show_default=False),
    ] = None,
    like: Annotated[
        Path | None,
        typer.Option("--like", help="照报告建 Records that add up to this report.", show_default=False),
    ] = None,
) -> None:
    """演示镇 Build the fictional township into an empty data folder."""
    _end(_command("demo").run(data, seed=seed, like=like))


@app.command()
def roundtrip(
    report: Annotated[Path, typer.Argument(help="报告文件 A report.")],
    seed: Annotated[
        int | None,
        typer.Option(help="随机种子 Another township for another number.", show_default=False),
    ] = None,
    jsonl: Jsonl = False,
) -> None:
    """往返 Build a fictional township like a report, and compare each figure with its records."""
    _end(_command("roundtrip").run(report, jsonl=jsonl, seed=seed))


@app.command()
def read(
    files: Annotated[
        list[Path], typer.Argument(help="报告文件或文件夹 Reports (txt, docx, html, pdf) or folders.")
    ],
    jsonl: Jsonl = False,
) -> None:
    """读报告 The figures and commitments of work reports; needs no data folder."""
    _end(_room("papers.linked").run(files, jsonl=jsonl))


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="报告文件 A report.")],
    last: Annotated[
        Path | None, typer.Option(help="上年报告 Last year's report, to compare.", show_default=False)
    ] = None,
    jsonl: Jsonl = False,
) -> None:
    """核报告 Contradictions in a report: 1 when some were found, 2 when it can't be read."""
    options = ["--jsonl"] * jsonl + (["--last", str(last)] if last else [])
    _end(_room("papers.checking.command").main([str(file), *options]))


@app.command()
def indicator(
    code: Annotated[str, typer.Argument(help="指标代码 Code, such as petitions.visits.")],
    period: Annotated[str, typer.Option(help="时期 Period: 2023, 2023-05, 2023-01..2023-10.")],
    area: Annotated[str, typer.Option(help="区域代码或名称 Code or name (default: the township).")] = "",
    data: Data = None,
    explain: Annotated[bool, typer.Option("--explain", help="列出记录 List the records behind it.")] = False,
    today: Annotated[bool, typer.Option("--today", help="按现行区划 Under today's borders.")] = False,
    jsonl: Jsonl = False,
) -> None:
    """指标值 One figure, its parts and its records."""
    _end(
        _command("figures").indicator(
            code, data, area=area, period=period, explain=explain, jsonl=jsonl, today=today
        )
    )


@app.command()
def coverage(
    file: Annotated[Path, typer.Argument(help="报告文件 A report.")],
    data: Data = None,
    jsonl: Jsonl = False,
) -> None:
    """数据来源 Which figures of a report the ledger could yield, and from which records."""
    _end(_command("papers").coverage(file, data, jsonl=jsonl))


@app.command()
def compose(
    year: Annotated[int, typer.Option(help="年份 Year, such as 2023.")],
    area: Annotated[str, typer.Option(help="区域代码或名称 Code or name (default: the township).")] = "",
    data: Data = None,
    docx: Annotated[
        Path | None, typer.Option("--docx", help="写成公文 Write an official document.", show_default=False)
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--json", help="写成 JSON Write JSON (- prints it).", show_default=False)
    ] = None,
    published: Annotated[
        bool, typer.Option("--published", help="已发布的版本 The edition that stands published.")
    ] = False,
) -> None:
    """写报告 Compose the year's report: every figure from its records."""
    _end(_command("papers").compose(data, area=area, year=year, docx=docx, to=to, published=published))


@exchange.command("run")
def exchange_run(data: Data = None) -> None:
    """收发一轮 Read the folders and send what waits, once; the worker does so every minute."""
    _end(_command("exchange").run_round(data))


@exchange.command("reconcile")
def exchange_reconcile(
    file: Annotated[Path, typer.Argument(help="对方清单 Their list (xlsx, xls, et, ods, csv, ndjson).")],
    code: Annotated[str, typer.Option("--exchange", help="往来代码 Such as hotline.city_platform.")],
    since: Annotated[str, typer.Option(help="起日 First day, such as 2023-05-01.")],
    until: Annotated[str, typer.Option(help="止日 Last day.")],
    data: Data = None,
) -> None:
    """三方对账 Hold their list against ours: 1 when they differ, 2 when it can't be read."""
    _end(_command("exchange").run_reconcile(file, data, exchange=code, since=since, until=until))


@tallies.command("check")
def tallies_check(data: Data = None, jsonl: Jsonl = False) -> None:
    """核统计数 Count everything anew and name what deviates."""
    _end(_command("figures").check(data, jsonl=jsonl))


@tallies.command("rebuild")
def tallies_rebuild(data: Data = None) -> None:
    """重算统计数 Count everything anew from the records."""
    _end(_command("figures").rebuild(data))


@packs.command("check")
def packs_check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="业务包文件 Pack files (default: those shipped).", show_default=False),
    ] = None,
) -> None:
    """核业务包 Check pack files and run their tests; needs no data folder."""
    _end(_room("ground.packs.check").run(files or ()))


@ledger.command("verify")
def ledger_verify(data: Data = None) -> None:
    """核验 Recompute every seal and name the first line that was tampered with."""
    _end(_command("ledger").verify(data))


def main() -> None:
    """Run the command line."""
    app()
