"""Writing chains, a module a noun: schemes, plans, atlas, snapshots, gaps, targets."""
