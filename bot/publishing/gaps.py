"""Learning from silence: questions that were refused or disliked, grouped, and what mends them."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rapidfuzz import fuzz, process

from bot.corpus import frontmatter
from bot.corpus.model import Block, Document
from bot.corpus.passages import clauses
from bot.errors import PublishError
from bot.language.lexicon import Concept, Lexicon
from bot.language.normalise import fold
from bot.publishing.folder import GOLDEN, LEXICON, Folder
from bot.publishing.golden import Golden, with_golden
from bot.publishing.model import Gap
from bot.publishing.publisher import Change

ALIKE = 78.0
"""Likeness from which two questions are one (rapidfuzz's ratio, 0 to 100)."""
SYNONYMS = f"{LEXICON}/zz-synonyms.toml"
"""Read after all other files of the folder, so that what is taught here wins."""
LONGEST_QUESTION = 200

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NOISE = re.compile(r"[^\w.]+|_+|(?<!\d)\.|\.(?!\d)|请问|請問|想问一下|[呢吗呀啊嘛吧]")


@dataclass(frozen=True)
class Miss:
    """A question that was refused, or whose answer somebody disliked."""

    question: str
    kind: Literal["refused", "disliked"]
    at: datetime


def key_of(question: str) -> str:
    """A question without what does not change its meaning."""
    return _NOISE.sub("", fold(question)) or fold(question)


def gaps(misses: Iterable[Miss], ignored: Collection[str] = ()) -> list[Gap]:
    """The misses in groups of near-duplicates, most asked first; groups that are like an ignored key left out."""
    groups: dict[str, list[Miss]] = {key: [] for key in ignored}
    for miss in sorted(misses, key=lambda miss: miss.at):
        key = key_of(miss.question)
        if key:
            groups.setdefault(_like(key, groups) or key, []).append(miss)
    found = [_gap(key, group) for key, group in groups.items() if key not in ignored]
    return sorted(found, key=lambda gap: (-gap.asked, -gap.last.timestamp(), gap.key))


def _like(key: str, groups: Collection[str]) -> str | None:
    """The group that a question belongs to: nearly the same words, and exactly the same figures and years."""
    if key in groups:
        return key
    numbers = _NUMBER.findall(key)
    near = process.extract(key, list(groups), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=20)
    return next((other for other, _, _ in near if _NUMBER.findall(other) == numbers), None)


def _gap(key: str, group: Sequence[Miss]) -> Gap:
    kinds = Counter(miss.kind for miss in group)
    question = Counter(miss.question.strip() for miss in group).most_common(1)[0][0]
    return Gap(key, question, kinds["refused"], kinds["disliked"], group[-1].at)


def find_concept(lexicon: Lexicon, name: str) -> Concept:
    """The concept of that id or that name. Raises PublishError where there is none, or more than one."""
    if name in lexicon.concepts:
        return lexicon.concepts[name]
    wanted = fold(name)
    found = [concept for concept in lexicon.concepts.values() if wanted in map(fold, concept.forms)]
    if len(found) == 1:
        return found[0]
    if found:
        raise PublishError(f"“{name}”属于几个概念 — 写其中一个的编号:{'、'.join(c.id for c in found)}")
    raise PublishError(f"词库里没有“{name}” — 写资料里的叫法(如“高新技术企业”),或概念的编号")


def synonym(folder: Folder, word: str, concept: Concept, by: str) -> Change:
    """Teach that ``word`` is another name of ``concept``, in the folder's own lexicon.

    The folder's entry replaces the bundled one, so it holds all names, those too that somebody else has taught since
    ``concept`` was loaded. Raises PublishError where the word is one of them already.
    """
    word = " ".join(word.split())
    if not word or "\0" in word:
        raise PublishError("没有写出这个词 — 写上人们说的那个叫法")
    taught = _taught(folder)
    concept = taught.get(concept.id, concept)
    if fold(word) in map(fold, concept.forms):
        raise PublishError(f"“{word}”已经是“{concept.forms[0]}”的叫法 — 不用再加;答不出另有原因,可用 /hit 查看")
    taught[concept.id] = concept.model_copy(update={"forms": (*concept.forms, word)})
    data = "# 由机器人写入:管理员教的同义词。\n" + "".join(f"\n{_toml(taught[id])}" for id in sorted(taught))
    return Change({SYNONYMS: data.encode()}, by, "synonym", f"{word} = {concept.forms[0]}")


def _taught(folder: Folder) -> dict[str, Concept]:
    """What was taught before, as it stands in the folder. Raises PublishError where somebody broke that file."""
    try:
        entries = tomllib.loads((folder.find(SYNONYMS) or b"").decode()).get("concept", [])
        return {concept.id: concept for concept in map(Concept.model_validate, entries)}
    except ValueError as error:  # no UTF-8, no TOML, no concepts
        reason = str(error).splitlines()[0]
        raise PublishError(f"{SYNONYMS}: 不能读取({reason}) — 改正这个文件,或用 /rollback 回到以前的版本") from None


def _toml(concept: Concept) -> str:
    """A concept as the lexicon has it; JSON's strings, lists and booleans are TOML's too."""
    values = concept.model_dump(exclude_defaults=True)
    # TOML allows no bare DEL, which JSON does
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "") for key, value in values.items()]
    return "\n".join(["[[concept]]", *lines]) + "\n"


def answer_here(folder: Folder, document: Document, span: tuple[int, int], question: str, by: str) -> Change:
    """Say that the paragraph at ``span`` of a document answers ``question``: a line ``> 问:``, and a golden question.

    Raises PublishError where the document has changed meanwhile, or there is no paragraph.
    """
    asked = " ".join(question.replace("|", "/").replace("\uff5c", "/").split())[:LONGEST_QUESTION]
    block = next((b for b in document.blocks if not b.level and b.start <= span[0] < b.end), None)
    if not asked or block is None:
        raise PublishError("这里没有可以作答的段落 — 换一条引文")
    name = _name_in(folder, document)
    files: dict[str, bytes | None] = {
        name: _with_ask(folder.read(name).decode("utf-8"), document, block, asked).encode(),
        GOLDEN: with_golden(folder.find(GOLDEN), Golden(question=asked, quote=((_clause(document, block, span),),))),
    }
    return Change(files, by, "answer", asked)


def _name_in(folder: Folder, document: Document) -> str:
    return next((n for n in folder.names() if document.path == str(folder.path / n)), "") or _missing(document)


def _missing(document: Document) -> str:
    raise PublishError(f"文件 {document.id} 已经不在资料夹里 — 先 /reload")


def _with_ask(text: str, document: Document, block: Block, asked: str) -> str:
    whole = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    body = frontmatter.read(whole, document.path).body
    if whole[body:] != document.text:
        raise PublishError(f"文件 {document.id} 刚刚被改过 — 先 /reload,再指一次")
    if asked in block.asks:
        raise PublishError("这一段已经有这个问法 — 答不出另有原因,可用 /hit 查看")
    end = whole.find("\n", body + block.end)
    end = len(whole) if end < 0 else end
    return f"{whole[:end]}\n> 问: {asked}{whole[end:]}"


def _clause(document: Document, block: Block, span: tuple[int, int]) -> str:
    """The clause that must be quoted: the one where the span begins."""
    found = clauses(document.text, block.start, block.end)
    start, end = next(((a, b) for a, b in found if a <= span[0] < b), found[0])
    return document.text[start:end]
