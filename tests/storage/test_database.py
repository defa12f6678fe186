"""Tables that are asked questions, with little memory."""

import pytest

from hairpipe.errors import StoreError
from hairpipe.storage import database
from hairpipe.storage.database import Database

# Groups that share nothing, too many for the memory that a plan begins with.
MANY = """
CREATE OR REPLACE TABLE found AS
SELECT md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS text FROM range(300000) t(i)
"""
GROUPED = "SELECT count(*) FROM (SELECT list(text) FROM found GROUP BY text)"


def test_a_statement_that_needs_more_memory_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_MEGABYTES", 8)
    plan = Database("plan")
    plan.run(MANY)
    assert plan.one(GROUPED) == (300_000,)
    plan.close()


def test_more_than_the_machine_has_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_MEGABYTES", 8)
    monkeypatch.setattr(database, "_SHARE_OF_MACHINE", 1e-9)
    plan = Database("plan")
    with pytest.raises(StoreError, match="the plan can't be made in .*Memory"):
        plan.run(MANY)
        plan.run(GROUPED)
    plan.close()
