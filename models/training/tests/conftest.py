import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import stroke_training  # noqa: F401  (sets the number of threads before numpy is loaded)
