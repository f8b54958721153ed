"""What asyncpg raises when the database is away, goes away, or refuses a statement."""

import asyncpg

# InternalClientError: a connection that was cut in the middle of something may be found in a state it never expected.
CONNECTION_ERRORS = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)

DATABASE_ERRORS = (*CONNECTION_ERRORS, asyncpg.PostgresError)

# The statement's values cannot be stored, now or later: repeating it would fail for ever.
UNSTORABLE_ERRORS = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
