"""Where the gitward that is tested stands, and the script that runs it.

`GITWARD_SRC` names another copy of `src` (a mutated one, for instance); gitward and its hooks come from there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

SRC = Path(os.environ.get("GITWARD_SRC") or Path(__file__).parent.parent / "src").resolve()
LAUNCHER = f"""#!{sys.executable} -I
import sys
sys.path.insert(0, {str(SRC)!r})
from gitward.__main__ import main
sys.exit(main())
"""
