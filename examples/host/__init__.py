"""A council's own Flask application, with its own users and its own Flask-Admin, that mounts the plugin. Read app.py."""
