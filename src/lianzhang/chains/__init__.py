"""Schemes, chains, yearly plans as actions, versioned maps, teardowns, gaps and target lists."""
