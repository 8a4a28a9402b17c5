"""Definitions of every figure with scope and source, and their published or computed values."""
