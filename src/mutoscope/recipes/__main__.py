"""`python -m mutoscope.recipes NAME [--resume]`: train where the rest of the package cannot be installed."""

import sys

from mutoscope.recipes.running import train

print(train(sys.argv[1], resume="--resume" in sys.argv[2:]).folder)
