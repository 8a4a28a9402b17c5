"""Views by app: load, form, one action, respond."""
