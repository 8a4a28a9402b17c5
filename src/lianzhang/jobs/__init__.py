"""Work that outlives a page: asked for in the business transaction, run in a killable child, with progress to watch."""
