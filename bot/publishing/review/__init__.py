"""The review of a knowledge folder: what is valid and yet misleads, each kind of it a warning with a code."""
