"""The WSGI entry point: `gunicorn wsgi:app`."""

from responder.app import create_app

app = create_app()
