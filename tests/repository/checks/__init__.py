"""What the repository holds itself to: plain functions from a checkout to a list of complaints, empty when it holds."""
