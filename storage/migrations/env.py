"""Run by alembic. The connection and the tables are handed in by `storage.schema`."""

from alembic import context

from storage.schema import is_ours, written_out

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    include_object=is_ours,
    render_item=written_out,
    render_as_batch=True,  # SQLite cannot alter a table in place
    transaction_per_migration=True,
)
context.run_migrations()
