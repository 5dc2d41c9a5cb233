"""The WSGI entry point: `gunicorn wsgi:app`."""
