"""REST resources by app under /api/v1/, with the same permission as the pages."""
