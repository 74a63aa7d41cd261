"""Citations that were passed on, behind ids short enough for a link."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import asdict, astuple
from hashlib import sha256

from sqlalchemy import select

from bot.store.model import Share
from bot.store.parts import Part
from bot.store.tables import shares


class Shares(Part):
    """Shares stay: a link that somebody keeps must open."""

    async def add(self, share: Share) -> str:
        """The id of the citation: 16 characters of A–Z a–z 0–9 - _, always the same for the same citation."""
        share_id = urlsafe_b64encode(sha256(json.dumps(astuple(share)).encode()).digest()[:12]).decode()
        insert = self.database.insert(shares).values(id=share_id, **asdict(share))
        await self.database.run(insert.on_conflict_do_nothing(index_elements=["id"]))
        return share_id

    async def get(self, share_id: str) -> Share | None:
        """The citation, None where nobody shared it."""
        columns = (shares.c[name] for name in Share.__dataclass_fields__)
        row = await self.database.one(select(*columns).where(shares.c.id == share_id))
        return row and Share(**row._mapping)
