"""周报 and 月报: what changed in a week or a month, for a chain, a district or the whole city."""
