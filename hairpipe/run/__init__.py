"""The job: plan what to do, do it on a Dask cluster unit by unit, publish, and record it."""
