"""Leads: their clocks, who came first, what looks alike, as the city's rules say."""
