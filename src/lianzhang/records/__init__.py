"""What every stored record has: a version, a scope and a classification of its fields.

Read `models.Versioned` for the version, `scope.ScopedQuerySet` for the one permission question, `secrecy.Secrecy` for
the classification, `codes.next_code` for the short codes people read aloud.
"""
