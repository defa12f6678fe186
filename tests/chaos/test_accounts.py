"""Planned = the sum of the statuses: whoever breaks that is found out."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from click.testing import CliRunner

from hairpipe.commands.tables import verify
from hairpipe.errors import VerifyError
from tests.chaos.detectors import Mark
from tests.chaos.job import Job


def test_a_row_that_a_worker_loses_is_noticed_by_the_run(tmp_path: Path) -> None:
    job = Job(tmp_path, profiles=12)
    job.mark(2, Mark.LOST_ROW, number=1)
    ended = job.run("cluster.workers=1")
    assert ended.code == VerifyError.exit_code
    assert "12 portraits were planned and reported as done, but the staged files hold" in ended.err
    assert not (job.output / "portraits").exists()
    ended = job.run()
    assert ended.code == 0, ended.err
    assert sorted(job.table().index) == sorted(job.ids)


def test_a_record_that_does_not_add_up_is_noticed_by_verify(tmp_path: Path) -> None:
    job = Job(tmp_path, profiles=2)
    assert job.run().code == 0
    assert job.problems() == ()
    runs = job.output / "runs.parquet"
    table = pq.read_table(runs)
    planned = table.schema.get_field_index("planned")
    table = table.set_column(
        planned, table.schema.field(planned), pc.add(table["planned"], pa.scalar(1, table["planned"].type))
    )
    pq.write_table(table, runs)
    result = CliRunner().invoke(verify, [str(job.output)])
    code = result.exception.exit_code if isinstance(result.exception, VerifyError) else result.exit_code
    assert code == VerifyError.exit_code
    assert "planned 3 portraits, and its statuses add up to 2" in result.output + str(result.exception)
