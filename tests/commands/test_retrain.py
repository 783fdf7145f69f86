"""Training runs in a process of its own and leaves models behind."""

import subprocess
import sys


def test_the_child_trains_from_what_is_stored(zhenshu, installation, environment, tmp_path):
    rows = (
        f"{n},{'路灯不亮' if n % 2 else '路面破损'}{n},{'水电气热' if n % 2 else '道路与市政'}"
        for n in range(80)
    )
    (tmp_path / "a.csv").write_text("编号,标题,分类\n" + "\n".join(rows))
    zhenshu("intake", tmp_path / "a.csv", "--kind", "hotline.ticket")
    command = [sys.executable, "-m", "zhenshu.registers.cases.suggestions"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "category.hotline.ticket: 80"
    assert [place.name for place in (installation / "models").iterdir()] == ["category.hotline.ticket.npz"]
