"""The tables of chains, a module a noun."""
