"""A target's name and a number of runs come in; what a coverage-guided fuzzer finds in it goes out.

    python -m tests.fuzz citations 100000
    python -m tests.fuzz citations 100000000 -max_total_time=180     (any option of libFuzzer)

Needs the packages of tests/fuzz/requirements.txt (Linux). A case that fails is written to tests/fuzz/corpus/<target>/,
where tests/test_properties.py runs it from then on; keep it, mend the fault, and say so in SECURITY.md.
"""

import sys
from pathlib import Path

import atheris

OTHERS = ["yaml"] if sys.argv[1:2] == ["plain_yaml"] else []  # elsewhere it would only slow the runs down
with atheris.instrument_imports(include=["kb", "bibtexparser", *OTHERS]):
    from tests.fuzz.targets import TARGETS


def main():
    """Hand the target to the fuzzer, with its corpus."""
    target, runs = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "100000"
    corpus = Path(__file__).parent / "corpus" / target
    corpus.mkdir(parents=True, exist_ok=True)
    found = Path(".cache/fuzz") / target
    found.mkdir(parents=True, exist_ok=True)
    options = [f"-runs={runs}", f"-artifact_prefix={corpus}/", "-max_len=2000", "-timeout=20", "-rss_limit_mb=2048"]
    options += sys.argv[3:]
    atheris.Setup([sys.argv[0], *options, str(found), str(corpus)], TARGETS[target])
    atheris.Fuzz()


main()
