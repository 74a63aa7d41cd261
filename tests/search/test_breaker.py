"""The circuit breaker: who is let through, and when."""

from __future__ import annotations

import pytest

from bot.errors import SearchUnavailableError
from bot.search.breaker import CircuitBreaker


class Service:
    """Is away or there; counts how often it was asked. Its clock is the breaker's."""

    def __init__(self) -> None:
        self.there, self.asked, self.now = True, 0, 0.0
        self.breaker = CircuitBreaker(failures=3, seconds=10, clock=lambda: self.now)

    def work(self) -> str:
        self.asked += 1
        if not self.there:
            raise SearchUnavailableError("away")
        return "done"

    def fail(self, times: int) -> None:
        self.there = False
        for _ in range(times):
            with pytest.raises(SearchUnavailableError):
                self.breaker.call(self.work)


@pytest.fixture
def service() -> Service:
    return Service()


def test_a_service_that_is_there_is_asked(service: Service) -> None:
    """And its result returned."""
    assert service.breaker.call(service.work) == "done"


def test_failures_in_a_row_open_it(service: Service) -> None:
    """The service is left alone from then on."""
    service.fail(5)
    assert service.asked == 3
    with pytest.raises(SearchUnavailableError, match="next try in 10 s"):
        service.breaker.call(service.work)


def test_single_failures_do_not_open_it(service: Service) -> None:
    """A success between them starts the count anew."""
    for _ in range(5):
        service.fail(2)
        service.there = True
        assert service.breaker.call(service.work) == "done"


def test_after_a_while_one_call_tries(service: Service) -> None:
    """Those that come while it does are refused; its success lets everybody through."""
    service.fail(3)
    service.now, service.there = 10.0, True

    def work_while_others_come() -> str:
        with pytest.raises(SearchUnavailableError, match="next try"):
            service.breaker.call(service.work)
        return service.work()

    assert service.breaker.call(work_while_others_come) == "done"
    assert service.asked == 4
    assert not service.breaker.is_open
    assert service.breaker.call(service.work) == "done"


def test_a_failed_try_opens_it_anew(service: Service) -> None:
    """For as long as before."""
    service.fail(3)
    service.now = 10.0
    service.fail(2)
    assert service.asked == 4
    service.now, service.there = 20.0, True
    assert service.breaker.call(service.work) == "done"


def test_a_try_that_breaks_otherwise_does_not_block_for_ever(service: Service) -> None:
    """A mistake of ours says nothing about the service; the next try comes after the usual while."""
    service.fail(3)
    service.now, service.there = 10.0, True
    with pytest.raises(ZeroDivisionError):
        service.breaker.call(lambda: 1 // 0)
    service.now = 20.0
    assert service.breaker.call(service.work) == "done"
