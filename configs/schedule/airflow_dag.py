"""Airflow: after each new scrape, run hairpipe; exit code 75 means try again later."""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    "hairpipe",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    # A second run would leave with 75 anyway.
    max_active_runs=1,
) as dag:
    extract = BashOperator(
        task_id="extract",
        bash_command="hairpipe run characters.yaml",
        cwd="/srv/hairpipe",
        # The same command carries on where the last one stopped.
        retries=5,
        retry_delay=timedelta(minutes=15),
    )
    verify = BashOperator(
        task_id="verify", bash_command="hairpipe verify out/characters", cwd="/srv/hairpipe"
    )
    extract >> verify
