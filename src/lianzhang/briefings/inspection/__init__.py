"""迎检资料包: for a period, meetings, ledgers, evidence, tasks and collections with a contents page, as one archive.

Everything in it is read as its asker may see it, in the post they asked in.
"""
