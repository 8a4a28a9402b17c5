"""People, bodies, and who holds which post from when to when; the one table of rights."""
