"""What operators see of a running bot: metrics, health, logs.

Nothing here knows Telegram or the answers; those who do call ``metrics.Metrics``. There is no global
state: each ``Metrics`` has a registry of its own, so that several bots can live in one process.
"""
