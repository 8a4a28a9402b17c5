"""Documents with frozen figures: the one-pagers and the pack of the 推进会."""
