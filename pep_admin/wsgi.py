"""The standalone application for a WSGI server: `pep_admin.wsgi:application`, with the program's log set up.

What it is is app.py's; how gunicorn is to run it stands in gunicorn_settings.py.
"""

from pep_admin.app import create_app
from pep_admin.config import log_format
from pep_admin.server import logs

logs.install(log_format())
application = app = create_app()
