from pep_admin import create_app

app = create_app()
