"""`python3 common/lab` is what the script ./lab runs. It makes this folder the package `lab`."""
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])

from lab.cli import main  # noqa: E402  (the path comes first)

sys.exit(main(sys.argv[1:]))
