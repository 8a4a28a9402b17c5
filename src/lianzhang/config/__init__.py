"""Settings, URLs, the lists of ledgers and of kinds of jobs."""
