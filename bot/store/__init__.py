"""What the bot remembers: SQLite in ``state_dir``, or PostgreSQL by URL. ``bot.store.store.Store`` is the way in."""
