"""What encoding a file seems to be, for advice and for the import of old text files."""

from __future__ import annotations

SAMPLE = 64_000
"""Bytes that the guess looks at; more does not make it better, only slower."""

_BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_LEGACY = ["gb18030", "big5hkscs", "cp950", "shift_jis", "euc_kr"]
# Characters that every Chinese text is full of; a wrong decoding hardly ever yields them.
_COMMON = frozenset("的是不了在人有和为這这個个中大上年国國业業发發会會经經区區工市进進,。、一万元企")


def guess(data: bytes) -> str | None:
    """The name of the encoding of ``data`` (``utf-8``, ``gb18030``, ``big5hkscs``, …); None for binary."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name
    if b"\0" in data[:SAMPLE]:
        return None
    if _decodes(data, "utf-8"):
        return "utf-8"
    return _guess_legacy(data)


def _guess_legacy(data: bytes) -> str | None:
    candidates = [name for name in ("gb18030", "big5hkscs") if _decodes(data, name)]
    if candidates:
        best = max(candidates, key=lambda name: _commonness(data[:SAMPLE], name))
        if _commonness(data[:SAMPLE], best) > 0.05:
            return best
    return _guess_statistically(data[:SAMPLE])


def _guess_statistically(data: bytes) -> str | None:
    """For what is neither; without charset-normalizer (extra ``import``) there is no guess."""
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        return None
    match = from_bytes(data, cp_isolation=_LEGACY).best()
    return match.encoding if match else None


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _commonness(data: bytes, encoding: str) -> float:
    wide = [c for c in data.decode(encoding, "ignore") if ord(c) > 0x7F]
    return sum(c in _COMMON for c in wide) / len(wide) if wide else 0.0
