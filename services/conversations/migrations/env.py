"""Run by Alembic: applies the migrations over the connection that `services.conversations.migrate` hands in."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,
    transaction_per_migration=True,  # one that builds an index concurrently commits the statements before it
)
with context.begin_transaction():
    context.run_migrations()
