"""How knowledge is replaced while it is in use: snapshots, the gate before the swap, what changed, publishing,
and the way back. Knows neither Telegram nor the console, which are thin adapters of what is here.
"""
