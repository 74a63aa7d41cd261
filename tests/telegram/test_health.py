"""Whether the bot reaches Telegram shows at its health endpoint, in polling and by webhook."""

from __future__ import annotations

from pathlib import Path

from bot.config import ObserveConfig
from bot.observe.endpoint import observed
from bot.observe.metrics import Metrics
from bot.store.store import Store
from bot.telegram.application import build_application
from bot.telegram.serve import polling, receiving
from bot.telegram.webhook import endpoint
from tests.observe.test_endpoint import get
from tests.observe.test_metrics import Clock, value
from tests.ports import free_address
from tests.telegram.botapi import BotApi, bad_gateway, private_message
from tests.telegram.conftest import UNHURRIED, SmallLibrary, called_at, config_for

UNREACHED = {"status": "unavailable", "reason": "Telegram was last reached 121 s ago"}


async def test_polling_that_fails_is_unwell_until_it_succeeds(api: BotApi, library: SmallLibrary, store: Store) -> None:
    """Failing polls leave the silence growing, the next one that succeeds ends it."""
    clock = Clock()
    metrics, address = Metrics(clock), free_address()
    application = build_application(config_for(api), library, store, metrics, rates=UNHURRIED)
    async with observed(ObserveConfig(listen=address), metrics), polling(application):
        await api.reply_to(private_message("/help"))
        await api.wait_polling()
        api.fail_next("getUpdates", bad_gateway(), bad_gateway())
        api.push(private_message("/help"))  # ends the long poll; the next two fail
        await api.wait_for("getUpdates", where=lambda call: call.status == 502)
        await application.update_queue.join()
        clock.now += 121
        assert await get(address, "/healthz") == (503, UNREACHED)
        await api.wait_polling()
        await api.reply_to(private_message("/help"))
        await application.update_queue.join()
        assert (await get(address, "/healthz"))[0] == 200
        assert value(metrics, "investor_bot_errors_total", kind="polling") == 2


async def test_a_webhook_nobody_calls_is_well_as_long_as_telegram_answers(
    api: BotApi, library: SmallLibrary, store: Store, tmp_path: Path
) -> None:
    """In a quiet night the look at the webhook is the sign of life."""
    clock = Clock()
    metrics, address = Metrics(clock), free_address()
    config = called_at(api, tmp_path)
    application = build_application(config, library, store, metrics)
    async with (
        observed(ObserveConfig(listen=address), metrics),
        receiving(application, endpoint(config), watch_every=0.3),
    ):
        clock.now += 121
        seen = len([call for call in api.calls if call.method == "getWebhookInfo"])
        await api.wait_for("getWebhookInfo", seen + 2)
        assert (await get(address, "/healthz"))[0] == 200
