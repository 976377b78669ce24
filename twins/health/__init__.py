"""How healthy the assets of a plant are, told from what they do and what they should do."""
