"""Charts as plain data, drawn by a template: the same numbers stand in a table beside them."""
