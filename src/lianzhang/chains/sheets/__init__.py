"""The ledgers of the chains: yearly plans, the map, the teardown workbook."""
