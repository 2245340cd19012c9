"""Personal Education Plans of children in care, as a plugin for Flask-Admin."""
