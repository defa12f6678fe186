"""Prefect: after each new scrape, run hairpipe; exit code 75 means try again later."""

from __future__ import annotations

import subprocess

from prefect import flow, task


# The same command carries on where the last one stopped.
@task(retries=5, retry_delay_seconds=900)
def hairpipe(*arguments: str) -> None:
    """Run one hairpipe command; any exit code but 0 is a failure."""
    subprocess.run(["hairpipe", *arguments], cwd="/srv/hairpipe", check=True)


@flow
def characters() -> None:
    """Extract what is new, then check the tables."""
    hairpipe("run", "characters.yaml")
    hairpipe("verify", "out/characters")


if __name__ == "__main__":
    characters.serve(name="nightly", cron="30 2 * * *")
