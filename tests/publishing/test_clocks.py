"""Clocks that jump: what came later is what has the higher number, whatever the time says."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.assembly import Library, open_office
from bot.config import Config
from bot.errors import PublishError
from bot.publishing.publisher import Change, Publisher
from bot.publishing.staging import Source
from tests.publishing.conftest import Folder

JUMPS = [timedelta(days=365), timedelta(days=-1), timedelta(), timedelta(days=-10_000), timedelta(hours=1)]


@pytest.mark.usefixtures("warm")
def test_the_order_of_the_history_is_that_of_its_numbers(config: Config, folder: Folder) -> None:
    """A year ahead, a day back, decades back: the newest edition is the last one, and going back goes to it."""
    jumps = iter(JUMPS * 3)
    times = list[datetime]()

    def clock() -> datetime:
        times.append(datetime.now(UTC) + next(jumps))
        return times[-1]

    library = Library(config)
    publisher = Publisher(folder.path, config.state_dir, library, clock=clock)
    for number in range(5):
        data = f"---\ntitle: 公园\n---\n2021年,黄埔区新建公园{number + 2}个。\n".encode()
        publisher.publish(Change({"documents/park.md": data}, "user:7", "publish", str(number)))
    assert times != sorted(times), "the clock never went back: the order proves nothing"
    editions = publisher.history.editions()
    assert [(edition.number, edition.target) for edition in editions] == [
        *((number + 2, str(number)) for number in range(4, -1, -1)),
        (1, ""),
    ]
    publisher.rollback(3, "user:7")
    assert "公园3个" in publisher.folder.read("documents/park.md").decode()
    assert publisher.history.editions()[0].number == 7
    publisher.rollback(1, "user:7")
    assert publisher.folder.names() == ["documents/report.md"]
    assert library.reload().after.documents == 1


@pytest.mark.usefixtures("warm")
def test_a_number_is_given_once_although_its_edition_is_damaged(config: Config, folder: Folder) -> None:
    """Otherwise a change that a crash cuts short would pass for the one that had that number."""
    library = Library(config)
    publisher = Publisher(folder.path, config.state_dir, library)
    publisher.publish(Change({"documents/a.md": b"---\ntitle: a\n---\ntext\n"}, "user:7", "publish", ""))
    (place,) = (config.state_dir / "history").glob("*/states/000002.json")
    place.write_bytes(b"{")
    assert publisher.history.next_number() == 3


@pytest.mark.usefixtures("warm")
def test_an_upload_waits_whatever_the_clock_said_when_it_came(config: Config) -> None:
    """From a year that has not come yet; one that seems to be a year old is forgotten with the usual word."""
    office = open_office(config, Library(config))
    waiting = office.stage(Source("new.md", "---\ntitle: 新政策\n---\n奖励500万元。\n".encode()), "user:7")
    home = config.state_dir / "staging" / waiting.id
    os.utime(home, (time.time() + 365 * 86_400,) * 2)
    other = office.stage(Source("b.md", "---\ntitle: 别的\n---\n奖励3万元。\n".encode()), "user:7")
    assert office.staging.staged(waiting.id).documents[0].document.title == "新政策"
    os.utime(home, (time.time() - 365 * 86_400,) * 2)
    office.stage(Source("c.md", "---\ntitle: 再一个\n---\n奖励4万元。\n".encode()), "user:7")
    with pytest.raises(PublishError, match="请重新发送"):
        office.staging.staged(waiting.id)
    assert office.staging.staged(other.id)
