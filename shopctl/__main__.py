"""Run the program as `python -m shopctl`."""

from __future__ import annotations

import sys

from shopctl.cli import main

if __name__ == "__main__":
    sys.exit(main())
