"""Pages. A page that needs two apps is composed here."""
