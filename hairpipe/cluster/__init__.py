"""The Dask cluster a run works on."""
