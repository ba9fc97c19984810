"""`python -m mutoscope`: the same as the command."""

import sys

from mutoscope.cli import main

sys.exit(main())
