"""Each headline figure with its peers in the same run."""
