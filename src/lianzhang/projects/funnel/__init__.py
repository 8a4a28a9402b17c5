"""The funnel: stays and months as frames, the reckoning, its tables."""
