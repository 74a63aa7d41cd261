"""The HTTP endpoint for machines that look after the bot: ``/healthz``, ``/readyz``, ``/metrics``."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator

from aiohttp import web

from bot.config import ObserveConfig
from bot.errors import ServeError
from bot.observe.health import Health, watch_loop
from bot.observe.metrics import Metrics

log = logging.getLogger(__name__)

GRACE = 5.0
"""Seconds that a request may still take when its server is closed."""


@contextlib.asynccontextmanager
async def observed(config: ObserveConfig, metrics: Metrics) -> AsyncIterator[Health]:
    """Measure the event loop and serve the endpoint (where one is configured) while the block runs.

    Raises ServeError where the address cannot be listened on.
    """
    health = Health(metrics, config.unreachable_after)
    watching = asyncio.create_task(watch_loop(metrics), name="loop lag")
    try:
        async with contextlib.AsyncExitStack() as stack:
            if config.listen:
                await stack.enter_async_context(listening(_application(health), config.listen, "observe.listen"))
                log.info("health and metrics at http://%s", config.listen)
            yield health
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


@contextlib.asynccontextmanager
async def listening(
    application: web.Application, address: str, key: str, tls: ssl.SSLContext | None = None
) -> AsyncIterator[None]:
    """Serve ``application`` at ``address`` (host:port) while the block runs; then requests in work are finished.

    Raises ServeError that names ``key``, the key of the configuration, where the address cannot be had.
    """
    host, _, port = address.rpartition(":")
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=GRACE)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port), ssl_context=tls).start()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ServeError(f"{key}: cannot listen on {address} ({reason}) — choose another address") from None
        yield
    finally:
        await runner.cleanup()


def _application(health: Health) -> web.Application:
    async def healthz(_request: web.Request) -> web.Response:
        return _verdict(health.unwell())

    async def readyz(_request: web.Request) -> web.Response:
        return _verdict(health.not_ready())

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=health.metrics.exposition(), headers={"Content-Type": Metrics.content_type})

    application = web.Application()
    application.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    return application


def _verdict(reason: str | None) -> web.Response:
    if reason is None:
        return web.json_response({"status": "ok"})
    return web.json_response({"status": "unavailable", "reason": reason}, status=503)
