"""Uploaded workbooks: staged rows, decisions, apply and undo of a batch. Knows only the protocol of a ledger."""
