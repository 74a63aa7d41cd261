"""The console: what is shown on a terminal, and the conversation at the prompt."""
