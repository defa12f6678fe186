"""Stop signals in this very process."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from hairpipe.run.signals import StopRequested, StopSignals, exit_code_of


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_is_remembered_and_handlers_are_given_back(number: signal.Signals, code: int) -> None:
    before = signal.getsignal(number)
    with StopSignals() as signals:
        assert not signals.stopping
        os.kill(os.getpid(), number)
        assert signals.stopping
        assert signals.received is number
        assert exit_code_of(number) == code
    assert signal.getsignal(number) is before


def test_what_may_be_left_is_left_at_once() -> None:
    with StopSignals() as signals:
        with pytest.raises(StopRequested), signals.interrupting():
            os.kill(os.getpid(), signal.SIGTERM)
            pytest.fail("went on")
        with pytest.raises(StopRequested), signals.interrupting():
            pytest.fail("began after the stop")


def test_what_is_over_is_not_interrupted() -> None:
    with StopSignals() as signals:
        with signals.interrupting():
            pass
        os.kill(os.getpid(), signal.SIGINT)
        assert signals.stopping


def test_another_thread_leaves_signals_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen = []

    def enter() -> None:
        with StopSignals() as signals:
            seen.append((signals.stopping, signal.getsignal(signal.SIGTERM)))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [(False, before)]


def test_a_closed_terminal_may_say_so_twice() -> None:
    with StopSignals() as signals:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGHUP)
        assert signals.received is signal.SIGTERM


def test_whoever_ignores_a_closed_terminal_goes_on() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with StopSignals() as signals:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not signals.stopping
    finally:
        signal.signal(signal.SIGHUP, before)
