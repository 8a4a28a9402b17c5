"""Numbers in, numbers out: the analysis of an industrial chain on Arrow tables. Knows no database and no web."""
