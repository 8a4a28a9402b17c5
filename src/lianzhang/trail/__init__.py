"""Who did what to which record, and the files they put as proof: tamper-evident, imports nothing above itself."""
