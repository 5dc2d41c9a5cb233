"""Alembic's environment: runs on the connection that `responder.schema` hands over."""

from alembic import context

from responder.core.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, render_as_batch=connection.dialect.name == "sqlite"
)
with context.begin_transaction():
    context.run_migrations()
