"""`python3 common/lab` is what the script ./lab runs. It makes this folder the package `lab`.

This file alone is read by every Python, however old: what it says of an old one must come before newer syntax is met."""
import os
import sys

OLDEST = (3, 10)

if sys.version_info < OLDEST:
    sys.stderr.write("lab: %s is Python %d.%d; ./lab needs %d.%d or newer. Debian 12 and Ubuntu 22.04 have one "
                     "(apt-get install python3); put a newer python3 first in PATH\n"
                     % ((sys.executable,) + tuple(sys.version_info[:2]) + OLDEST))
    sys.exit(2)

sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

try:
    from lab.cli import main
except KeyboardInterrupt:  # once it is imported it says so itself
    sys.exit(130)

sys.exit(main(sys.argv[1:]))
