"""Runs the installed command as a user does: arguments and pipes in, text and exit codes out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HUANGPU = """---
title: 2021年黄埔区政府工作报告
publisher: 广州市黄埔区人民政府
date: 2021-03-01
place: gz-huangpu
kind: work-report
---
# 三、2021年工作安排

2021年,黄埔区地区生产总值增长10%左右,固定资产投资增长20%左右。

2021年,黄埔区计划引进优质产业项目100个,其中力争百亿级项目5个。
"""
SHANGHAI = """---
title: 2021年黄浦区政府工作报告
date: 2021-01-12
place: sh-huangpu
---
# 2020年工作回顾

2020年,黄浦区完成区级一般公共预算收入229.2亿元,同比增长1.5%。
"""
QUESTION = "黄埔区2021年地区生产总值增长目标是多少"

Result = subprocess.CompletedProcess[str]


class Cli:
    """Runs the command in a folder of its own."""

    def __init__(self, environment: dict[str, str], cwd: Path) -> None:
        self.environment, self.cwd = environment, cwd

    def __call__(self, *arguments: object, stdin: str = "", **variables: str) -> Result:
        return subprocess.run(
            [sys.executable, "-m", "bot", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            cwd=self.cwd,
            env=self.environment | variables,
            timeout=120,
        )

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            cwd=self.cwd,
            env=self.environment,
        )


def one_line_error(result: Result) -> str:
    """The only line on standard error; nothing of a traceback anywhere."""
    assert "Traceback" not in result.stderr + result.stdout
    (line,) = result.stderr.splitlines()
    return line


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]
