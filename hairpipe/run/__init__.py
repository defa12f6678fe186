"""The job: plan what to do, do it on a Dask cluster batch by batch, publish, and record it."""
