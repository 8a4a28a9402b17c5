"""The one registry of enterprises: names, aliases, parts, purchases with their grants, the source of each fact."""
