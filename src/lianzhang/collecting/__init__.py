"""收表: a form goes out to bodies, comes back by a day, is checked and closed; the monthly round is one of them.

Anchor: DHIS2's collect, approve, lock, with expected, received and on-time counts.
"""
