"""One Project from lead to full production; events and the signings they led to."""
