"""The standalone application, for a WSGI server: `wsgi:application`."""

from pep_admin.wsgi import app, application

__all__ = ["app", "application"]
