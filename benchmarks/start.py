"""How long the core takes to import, and how much memory, over a bare Python. In processes of their own."""

import json
import subprocess
import sys
from statistics import median

from benchmarks import Measure

CORE = "import bot.__main__, bot.app"
SCRIPT = """
import json, sys, time
began = time.process_time()
{imports}
took = time.process_time() - began
pages = next(line for line in open("/proc/self/status") if line.startswith("VmRSS"))
print(json.dumps([took, int(pages.split()[1]) / 1024]))
"""


def measure(imports: str = CORE, times: int = 5) -> list[Measure]:
    bare, core = [_cost("pass") for _ in range(times)], [_cost(imports) for _ in range(times)]
    seconds = min(took for took, _ in core) - min(took for took, _ in bare)
    megabytes = median(size for _, size in core) - median(size for _, size in bare)
    return [
        Measure("import of the core", seconds, 0.7, least=False, unit="s", note="processor time"),
        Measure("memory of the core", megabytes, 75, least=False, unit="MB", note="over a bare Python"),
    ]


def _cost(imports: str) -> tuple[float, float]:
    """Seconds and megabytes. Reads /proc: on Linux only."""
    finished = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(imports=imports)], check=True, capture_output=True, text=True
    )
    seconds, megabytes = json.loads(finished.stdout)
    return seconds, megabytes
