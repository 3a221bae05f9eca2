"""A JSON file of addresses and texts comes in; a file for each goes out, below a folder.

A program of its own, `python writer.py FOLDER FILE`: a thread of the build would wait at every file for the thread that
renders pages. It knows nothing but the standard library, so that it starts at once.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(folder: str, file: str) -> None:
    """Write the files named in `file`, an object of texts by address, and take `file` away."""
    texts = json.loads(Path(file).read_bytes())
    for parent in {(Path(folder) / address).parent for address in texts}:
        parent.mkdir(parents=True, exist_ok=True)
    for address, text in texts.items():
        (Path(folder) / address).write_bytes(text.encode())
    Path(file).unlink()


if __name__ == "__main__":
    main(*sys.argv[1:])
