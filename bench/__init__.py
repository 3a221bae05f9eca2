"""Numbers come in, measured seconds side by side go out: the benchmarks, run as `python -m bench.NAME`."""
