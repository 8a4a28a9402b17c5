"""The workbooks of the register: enterprises, what firms answer at each level, the standard tree of parts."""
