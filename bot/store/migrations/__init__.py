"""Alembic's revisions of the store. A released one is never changed; there is no way back but a backup."""
