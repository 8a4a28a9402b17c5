"""What a chain can draw on: funds, parks, platforms, alliances, talent bases, innovation records, policies."""
