"""
Play one campaign over one database: python -m tests.campaigns.play WHICH COUNT FILE (tests.campaigns starts it).

DATABASE_URL says beside which database an empty one is made; the result goes to FILE.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from tests.engines import own_database


def main() -> int:
    which, count, file = sys.argv[1:]
    with own_database():
        result = importlib.import_module(f"tests.campaigns.{which}").run(int(count))
    Path(file).write_text(result.as_json())
    return 0


if __name__ == "__main__":
    sys.exit(main())
