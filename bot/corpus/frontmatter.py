"""The YAML block at the top of a document → FrontMatter, with the line of everything that is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from bot.corpus.model import Allowed, FrontMatter
from bot.errors import KnowledgeError, Problem

MAX_FRONT_MATTER = 64_000
"""Characters; a front matter is a dozen lines, a longer one is a mistake (or an attack on the parser)."""

LIST = "allow"
"""The one key whose value may be a list."""
KEYS = ", ".join(FrontMatter.model_fields)
FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_MENDS = {
    "id": "只用字母、数字、汉字、_ . -,最多 120 个字符",
    "title": "写一个标题；含冒号或只有数字时放进双引号",
    "date": "写成 2021-03-01",
    "listed": "写成 2021-03-01",
    "kind": "用 work-report, article, policy, notice, faq 之一",
    "digest": "写 true 或 false",
    "allow": f"写 check 提示里方括号中的代号,几个之间用逗号:{', '.join(get_args(Allowed))}",
}


@dataclass(frozen=True)
class Head:
    """A parsed front matter: the values, the line (from 1) of each key, and where the body begins."""

    meta: FrontMatter
    lines: Mapping[str, int]
    body: int


def read(text: str, path: str) -> Head:
    """Parse the front matter of ``text``. Raises KnowledgeError with every problem that it has."""
    source, body = split(text, path)
    values, lines = _values(source, path)
    if values.get("title") == "":
        # Written down as empty (a source without one): the file's name stands for it.
        values["title"] = PurePath(path).stem or "-"
    try:
        return Head(FrontMatter.model_validate(values), lines, body)
    except ValidationError as error:
        problems = [_problem(path, dict(detail), lines) for detail in error.errors(include_url=False)]
        raise KnowledgeError(sorted(problems, key=lambda p: p.line or 0)) from None


def split(text: str, path: str) -> tuple[str, int]:
    """The YAML between the two ``---`` lines and the offset at which the body begins."""
    opening = FENCE.match(text)
    if opening is None:
        raise _error(path, 1, "没有 front matter", "文件第一行写 ---,下面写 title: …,再以一行 --- 结束")
    closing = FENCE.search(text, opening.end())
    if closing is None:
        raise _error(path, 1, "front matter 没有结束的 --- 行", "在最后一个字段的下一行写 ---")
    if closing.start() > MAX_FRONT_MATTER:
        raise _error(path, 1, f"front matter 超过 {MAX_FRONT_MATTER} 个字符", "正文写在第二个 --- 之后")
    return text[opening.end() + 1 : closing.start()], min(closing.end() + 1, len(text))


def _values(source: str, path: str) -> tuple[dict[str, Any], dict[str, int]]:
    loader = _Loader(source)
    try:
        node = loader.get_single_node()
        return ({}, {}) if node is None else _mapping(loader, node, path)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise _error(path, line, f"YAML 语法错误({error.problem})", _yaml_mend(str(error.problem))) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _error(path, 1, f"YAML 不能读({type(error).__name__})", "检查 front matter 里的特殊字符和日期") from None
    finally:
        loader.dispose()


def _yaml_mend(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return '值里有“: ”时放进双引号，例如 title: "广州黄埔: 招商"'
    if "'\\t'" in problem or "tab" in problem:
        return "用空格代替制表符"
    return "每行写“字段: 值”，冒号用半角并加一个空格；含特殊字符的值放进双引号"


def _mapping(loader: Any, node: yaml.Node, path: str) -> tuple[dict[str, Any], dict[str, int]]:
    if not isinstance(node, yaml.MappingNode):
        raise _error(path, 2, "front matter 不是“字段: 值”的形式", "每行写“字段: 值”，冒号用半角并加一个空格")
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 2
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
        if name in lines:
            problems.append(Problem(path, line, f"字段 {name} 写了两次", f"与第 {lines[name]} 行只留一个"))
        if not _fits(name, value) and name in FrontMatter.model_fields:
            problems.append(
                Problem(path, line, f"字段 {name} 的值不是单个值", "写成一行文字；以 [ 或 { 开头的值放进双引号")
            )
        lines.setdefault(name, line)
    if problems:
        raise KnowledgeError(problems)
    return {name: _value(loader, name, value) for name, (_, value) in zip(lines, node.value, strict=True)}, lines


def _fits(name: str, value: yaml.Node) -> bool:
    """Every value is one scalar, that of ``allow`` may be a list of them."""
    items = value.value if name == LIST and isinstance(value, yaml.SequenceNode) else [value]
    return all(isinstance(item, yaml.ScalarNode) for item in items)


def _value(loader: Any, name: str, node: yaml.Node) -> Any:
    if name == LIST and isinstance(node, yaml.SequenceNode):
        return [_scalar(loader, item) for item in node.value]
    return _scalar(loader, node)


def _scalar(loader: Any, node: yaml.Node) -> Any:
    # Unknown keys are an error whatever they hold, so their lists and mappings need not be built.
    if not isinstance(node, yaml.ScalarNode):
        return None
    try:
        return loader.construct_object(node)
    except ValueError:  # 2021-13-01 looks like a date and is none: the validation says so with its line
        return node.value


def _problem(path: str, detail: Mapping[str, Any], lines: Mapping[str, int]) -> Problem:
    key = str(detail["loc"][0]) if detail["loc"] else "?"
    if detail["type"] == "extra_forbidden":
        return Problem(path, lines.get(key), f"未知字段 {key}", f"可用的字段:{KEYS}")
    if detail["type"] == "missing":
        return Problem(path, 1, f"缺少字段 {key}", f"在 front matter 里加一行 {key}: …")
    if key == "title" and detail["type"] == "string_too_short":
        return Problem(path, lines.get(key), "title 是空的", "写上标题")
    return Problem(path, lines.get(key), f"字段 {key} 的值不对({detail['msg']})", _MENDS.get(key, "把值放进双引号"))


def _error(path: str, line: int, what: str, mend: str) -> KnowledgeError:
    return KnowledgeError([Problem(path, line, what, mend)])
