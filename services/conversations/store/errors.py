"""The errors that asyncpg raises when the database is down, goes down, or refuses a statement."""

import asyncpg

# InternalClientError: a connection cut in the middle of an operation may be in an unexpected state.
CONNECTION_ERRORS = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)

DATABASE_ERRORS = (*CONNECTION_ERRORS, asyncpg.PostgresError)

# The statement's values can never be stored: a retry would always fail.
UNSTORABLE_ERRORS = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
