"""The application keys under which handlers find the parts made by the composition root."""

import asyncpg
from aiohttp import web

from chassis.auth.tokens import TokenVerifier
from services.conversations.marketplace.changes import Marketplace
from services.conversations.settings import Settings
from services.conversations.use_cases import Commands
from services.conversations.writes.write_limits import WriteLimits

SETTINGS = web.AppKey("settings", Settings)
POOL = web.AppKey("pool", asyncpg.Pool)
TOKENS = web.AppKey("tokens", TokenVerifier)
COMMANDS = web.AppKey("commands", Commands)
MARKETPLACE = web.AppKey("marketplace", Marketplace)
WRITE_LIMITS = web.AppKey("write_limits", WriteLimits)
