"""Pure functions from an Answer to Telegram HTML, console text and JSON, in three languages."""
