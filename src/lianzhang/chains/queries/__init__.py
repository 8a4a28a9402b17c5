"""Reading chains, a module a noun: schemes, plans, atlas, teardown, gaps, targets, disclosure."""
