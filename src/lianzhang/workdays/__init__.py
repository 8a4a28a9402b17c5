"""工作日: which days the office works, so that any room above may count days the way the office does."""
