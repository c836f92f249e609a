"""Alembic's entry: runs the migrations on the connection that store/migrate.py hands over."""

from alembic import context

from service.model.tables import metadata

connection = context.config.attributes["connection"]
# Where the connection is in a transaction already, as on SQLite, all of them are part of that one.
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=False,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
