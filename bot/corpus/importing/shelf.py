"""The folder that an import writes to: what is there already, and what may be replaced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.corpus import frontmatter, loader
from bot.corpus.atomic import write_atomically
from bot.corpus.importing.document import Draft, is_untouched, with_id
from bot.corpus.importing.model import State
from bot.errors import ImportSourceError, KnowledgeError


class Shelf:
    """``into/documents``: drafts are put here one after another; nothing edited by hand is overwritten."""

    def __init__(self, into: Path) -> None:
        self._folder = into / "documents"
        self._known = {known.id: known for known in map(_known, sorted(self._folder.rglob("*.md")))}
        self._ids: dict[str, list[str]] = {}
        for known in self._known.values():
            self._ids.setdefault(known.source or "", []).append(known.id)
        self._taken: set[str] = set()

    def put(self, made: Draft) -> tuple[Draft, Path, State]:
        """Write ``made``, under its earlier id if it has one. Raises ImportSourceError if it must not."""
        made = self._under_old_id(made)
        path = self._known[made.id].path if made.id in self._known else self._folder / f"{made.id}.md"
        text = made.text
        _check(text, path)
        state = self._state(made, text, path)
        if state != "unchanged":
            _write(path, text)
        self._taken.add(made.id)
        return made, path, state

    def _under_old_id(self, made: Draft) -> Draft:
        if made.id in self._known:
            return made
        ids = [id for id in self._ids.get(made.source, ()) if id not in self._taken]
        return with_id(made, ids[0]) if len(ids) == 1 else made

    def _state(self, made: Draft, text: str, path: Path) -> State:
        if not path.exists():
            return "written"
        old = path.read_text(encoding="utf-8", errors="replace")
        if old == text:
            return "unchanged"
        if made.id in self._taken:
            raise ImportSourceError(f"本次导入中另一来源已写入同一 id {made.id}；请改标题，或只导入其中一个")
        if made.id not in self._known or self._known[made.id].source != made.source:
            raise ImportSourceError(f"{path} 已存在，来自另一来源，未覆盖；请先改名或删除它再导入")
        if not is_untouched(old):
            raise ImportSourceError(f"{path} 在导入后被手工修改过，未覆盖；要用新的来源时，请先改名或删除它")
        return "replaced"


@dataclass(frozen=True)
class _Known:
    """A document that was there before the import."""

    id: str
    path: Path
    source: str | None


def _known(path: Path) -> _Known:
    try:
        meta = frontmatter.read(path.read_text(encoding="utf-8"), str(path)).meta
    except (OSError, UnicodeDecodeError, KnowledgeError):
        return _Known(path.stem, path, None)  # Not one of ours; it is never overwritten.
    return _Known(meta.id or path.stem, path, meta.source)


def _check(text: str, path: Path) -> None:
    """A document that could not be loaded would keep the bot from starting: better not written."""
    try:
        loader.parse(text, str(path))
    except KnowledgeError as error:
        raise ImportSourceError(f"导入结果不能作为文档加载:{error.problems[0].what}") from None
    if len(text.encode()) > loader.MAX_BYTES:
        raise ImportSourceError(f"正文超过 {loader.MAX_BYTES // 1024 // 1024} MB;请拆成几份再导入")


def _write(path: Path, text: str) -> None:
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise ImportSourceError(f"不能写入 {path}（{error.strerror or error}）") from None
