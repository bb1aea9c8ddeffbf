"""How long the core takes to import, and how much memory, over a bare Python. In processes of their own."""

import json
import subprocess
import sys
from statistics import median

from benchmarks import Measure

CORE = "import bot.__main__, bot.app"
LIBRARIES = (
    "import apscheduler.schedulers.asyncio, pydantic_settings, slack_bolt, sqlalchemy.ext.asyncio, sqlalchemy.orm"
)
"""The four that the product is bound to: measured beside it, since the bound is in seconds and machines differ."""
SCRIPT = """
import json, sys, time
began = time.process_time()
{imports}
took = time.process_time() - began
pages = next(line for line in open("/proc/self/status") if line.startswith("VmRSS"))
print(json.dumps([took, int(pages.split()[1]) / 1024]))
"""


def measure(imports: str = CORE, times: int = 9) -> list[Measure]:
    rounds = [(_cost("pass"), _cost(LIBRARIES), _cost(imports)) for _ in range(times)]  # in turn: see commands
    bare, libraries, core = zip(*rounds, strict=True)
    least = min(took for took, _ in bare)
    floor, seconds = (min(took for took, _ in costs) - least for costs in (libraries, core))
    megabytes = median(size for _, size in core) - median(size for _, size in bare)
    return [
        Measure(
            "import of the core",
            seconds,
            0.7,
            least=False,
            unit="s",
            note=f"processor time; the four libraries alone take {floor:.2f} s",
        ),
        Measure("memory of the core", megabytes, 75, least=False, unit="MB", note="over a bare Python"),
    ]


def _cost(imports: str) -> tuple[float, float]:
    """Seconds and megabytes. Reads /proc: on Linux only."""
    finished = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(imports=imports)], check=True, capture_output=True, text=True
    )
    seconds, megabytes = json.loads(finished.stdout)
    return seconds, megabytes
