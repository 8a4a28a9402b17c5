"""Addresses by app; `config.urls` includes each."""
