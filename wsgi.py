"""The standalone application, for a WSGI server: `wsgi:app`."""

from pep_admin import create_app

app = create_app()
