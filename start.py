"""Set Sekisho up beside this file, and run it: `python3 start.py`, or `python3 start.py test`."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs this may well have an older one
    sys.exit(
        "Sekisho needs Python 3.11 or newer, and this is Python "
        + sys.version.split()[0]
        + ".\nInstall a newer Python beside it, and use that: python3.11 start.py"
    )

from scripts.setup import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
