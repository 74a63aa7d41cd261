"""Everything the program knows about language, loaded from a lexicon folder (or several, later ones win)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.cache import Cache, Kept, fingerprint, program
from bot.language.facets import StatusRules, load_status
from bot.language.gloss import Glosses
from bot.language.lexicon import Lexicon, load_lexicon
from bot.language.phrasings import Phrasings, load_phrasings
from bot.language.places import Gazetteer, load_places
from bot.language.questions import QuestionRules, load_questions
from bot.language.repair import Speller
from bot.language.segment import Segmenter

_RULES = {"places.toml", "status.toml", "questions.toml"}


@dataclass(frozen=True)
class Language:
    """The tools that texts and questions are read with; the same for both sides."""

    segmenter: Segmenter
    lexicon: Lexicon
    gazetteer: Gazetteer
    status: StatusRules
    questions: QuestionRules
    glosses: Glosses
    speller: Speller
    phrasings: Phrasings = field(default_factory=Phrasings)
    key: str = ""
    """Stands for all that reads texts: the lexicon's files and the program."""

    def with_places(self, ids: Iterable[str]) -> Language:
        """Also the places that only documents name."""
        return replace(self, gazetteer=self.gazetteer.with_documents(ids))


def load_language(folders: Sequence[Path], cache_dir: Path | None = None) -> Language:
    """Read all ``*.toml`` and ``phrasings.jsonl`` of the folders. Raises KnowledgeError naming file and mistake.

    What takes long to make of them is kept in ``cache_dir``, by the contents of the files.
    """

    def named(name: str) -> list[Path]:
        return [folder / name for folder in folders if (folder / name).is_file()]

    cache, key = Cache(cache_dir), _key(folders)
    kept = Kept(cache, key, still=lambda: _key(folders) == key)
    lexicon = load_lexicon([p for f in folders for p in sorted(f.glob("*.toml")) if p.name not in _RULES], kept)
    segmenter, glosses = Segmenter(cache), Glosses(cache)
    questions = load_questions(named("questions.toml"))
    return Language(
        segmenter=segmenter,
        lexicon=lexicon,
        gazetteer=load_places(named("places.toml")),
        status=load_status(named("status.toml")),
        questions=questions,
        glosses=glosses,
        speller=Speller(lexicon.forms, questions.stop, segmenter, glosses, kept),
        phrasings=load_phrasings(named("phrasings.jsonl"), lexicon.concepts, questions.stop, kept),
        key=key,
    )


def _key(folders: Sequence[Path]) -> str:
    """Stands for the program and all files of the folders, by name and contents, in their order."""
    files = [p for f in folders for p in sorted((*f.glob("*.toml"), *f.glob("*.jsonl")))]
    return fingerprint(program(), *(part for path in files for part in (path.name, path.read_bytes())))
