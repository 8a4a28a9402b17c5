"""Tables composed from several apps, declared once for page, Excel, Word and print."""
