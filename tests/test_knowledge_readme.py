"""knowledge/README.md, the officers' guide: its examples are valid, its error messages are the real ones."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from bot.cli import build_parser
from bot.corpus.loader import load_folder, parse
from bot.corpus.model import Allowed, FrontMatter
from bot.errors import KnowledgeError
from bot.language.lexicon import Concept, build_lexicon, load_concepts
from bot.publishing.golden import Golden

CATALOGUES = Path(__file__).parents[1] / "bot" / "render" / "catalogues"
GUIDE = (Path(__file__).parents[1] / "knowledge" / "README.md").read_text(encoding="utf-8")

OK = "---\ntitle: 甲\n---\n正文\n"
MISTAKES: dict[str, str | bytes] = {
    "没有 front matter": "# 标题\n正文\n",
    "front matter 没有结束的 --- 行": "---\ntitle: 甲\n正文\n",
    "front matter 不是“字段: 值”的形式": "---\ntitle:甲\n---\n正文\n",
    "YAML 语法错误(mapping values are not allowed in this context)": "---\ntitle: 广州: 招商\n---\n正文\n",
    "缺少字段 title": "---\nkind: faq\n---\n正文\n",
    "未知字段 titel": "---\ntitel: 甲\n---\n正文\n",
    "字段 title 写了两次": "---\ntitle: 甲\ntitle: 乙\n---\n正文\n",
    "字段 date 的值不对": "---\ntitle: 甲\ndate: 2021年3月1日\n---\n正文\n",
    "字段 kind 的值不对": "---\ntitle: 甲\nkind: 报告\n---\n正文\n",
    "未知的 place guangzhou": "---\ntitle: 甲\nplace: guangzhou\n---\n正文\n",
    "id same 与": "---\nid: same\ntitle: 甲\n---\n正文\n",
    "“问:”行前面没有段落": "---\ntitle: 甲\n---\n> 问: 谁\n\n正文\n",
    "注释 <!-- 没有结束": "---\ntitle: 甲\n---\n正文 <!-- 备注\n",
    "正文是空的": "---\ntitle: 甲\n---\n",
    "不是 UTF-8 编码": "---\ntitle: 甲\n---\n黄埔区的企业是国家工业发展的一部分。\n".encode("gb18030"),
    "是二进制文件，不是 Markdown 文本": b"PK\x03\x04\x00\x00" * 50,
}
LEXICON_MISTAKES = {
    "the form 'gdp' also belongs to": '[[concept]]\nid = "a"\nforms = ["GDP"]\n'
    '[[concept]]\nid = "b"\nforms = ["gdp"]\n',
    "unknown parent": '[[concept]]\nid = "a"\nforms = ["GDP"]\nparents = ["none"]\n',
    "Unclosed array": '[[concept]]\nid = "a"\nforms = ["GDP"\n',
}


def blocks(language: str) -> list[str]:
    """The code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def messages() -> list[str]:
    """The first column of the table of mistakes."""
    return re.findall(r"^\| `([^`]+)` \|", GUIDE.partition("## 七、")[2], re.MULTILINE)


def test_the_example_is_a_valid_document() -> None:
    """With headings, and asks in both scripts and in English."""
    (example,) = blocks("markdown")
    document = parse(example, "example.md")
    assert [block.level for block in document.blocks] == [1, 2, 0, 1, 0]
    assert [len(block.asks) for block in document.blocks if not block.level] == [4, 4]


def test_every_key_of_the_front_matter_is_explained() -> None:
    """Those and no others."""
    table = GUIDE.partition("### 文件头的字段")[2].partition("##")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(FrontMatter.model_fields)


def test_every_warning_is_explained() -> None:
    """Those of the catalogue and no others; each that a document may silence is one of them."""
    table = GUIDE.partition("## 四、")[2].partition("## 五、")[0]
    codes = re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)
    messages = tomllib.loads((CATALOGUES / "zh-Hans.toml").read_text(encoding="utf-8"))
    assert codes == list(messages["warning"]) == list(messages["warning_mend"])
    assert set(get_args(Allowed)) <= set(codes)


def test_the_example_of_a_concept_is_valid() -> None:
    """It holds or explains every key of a concept."""
    (example,) = blocks("toml")
    (concept,) = tomllib.loads(example)["concept"]
    Concept.model_validate(concept)
    explained = {"required", "asked", "told"}
    assert {key for key in Concept.model_fields if key not in concept} == explained
    assert all(f"| `{key}` |" in GUIDE for key in explained)


def test_the_examples_of_golden_questions_have_their_form() -> None:
    """One that is answered, one with several spellings, a follow-up, one that is refused."""
    (example,) = blocks("json")
    answered, spelled, followed, refused = map(Golden.model_validate_json, example.splitlines())
    assert answered.quote
    assert any(len(fact) > 1 for fact in spelled.quote)
    assert followed.turns
    assert refused.refused


def test_every_command_is_one() -> None:
    """It parses as written."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert lines
    for line in lines:
        program, *words = line.partition("#")[0].split()
        assert program == "investor-bot"
        build_parser().parse_args(words)


def test_the_table_of_mistakes_is_what_is_tested_here() -> None:
    """Every message in the guide is provoked below."""
    assert messages() == [*MISTAKES, *LEXICON_MISTAKES]


@pytest.mark.parametrize(("message", "content"), MISTAKES.items())
def test_a_mistake_in_a_document_is_reported_in_these_words(message: str, content: str | bytes, tmp_path: Path) -> None:
    """As the guide has them."""
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "first.md").write_text(OK.replace("title", "id: same\ntitle"), encoding="utf-8")
    data = content.encode() if isinstance(content, str) else content
    (documents / "second.md").write_bytes(data)
    with pytest.raises(KnowledgeError) as caught:
        load_folder(tmp_path, {"gz-huangpu"})
    assert message in str(caught.value)


@pytest.mark.parametrize(("message", "content"), LEXICON_MISTAKES.items())
def test_a_mistake_in_the_lexicon_is_reported_in_these_words(message: str, content: str, tmp_path: Path) -> None:
    """As the guide has them."""
    (tmp_path / "own.toml").write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=re.escape(message)):
        build_lexicon(load_concepts([tmp_path / "own.toml"]))
