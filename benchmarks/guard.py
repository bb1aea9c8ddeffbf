"""How long the guard takes, how long it takes to begin, and what it holds in memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time

TEXT = (
    "Kvinne 54 år med nyoppstått atrieflimmer og WPW, innlagt 12. mars. CHA2DS2-VASc 3, står på Eliquis "
    "5 mg x 2. Hb 7,2, trombocytter 48. Broren Tarjei har samme variant i SCN5A. Hun bor i Gamvik og har "
    "åtte timer til sykehus. Skal vi gi Haemate før operasjonen? Ring 922 14 087 hvis dere har plass. "
    "Kjent Crohns sykdom, tidligere Whipple. Noen med erfaring med rituksimab i svangerskap? "
)
_LOADING = """
import json, os, time
def held():
    with open("/proc/self/statm") as pages:
        return int(pages.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
import bot.language, regex
began, before = time.perf_counter(), held()
from bot.guard import read
read({text!r})
print(json.dumps([time.perf_counter() - began, held() - before]))
"""


def measure(rounds: int = 200) -> dict[str, float]:
    """Milliseconds per 1,000 characters, seconds until the first answer, and megabytes more than before."""
    from bot.guard import read

    text = (TEXT * 3)[:1000]
    read(text)
    times = sorted(_timed(lambda: read(text)) for _ in range(rounds))
    load, memory = json.loads(subprocess.check_output([sys.executable, "-c", _LOADING.format(text=TEXT)]))
    return {
        "ms_per_1000_p50": times[rounds // 2],
        "ms_per_1000_p95": times[int(rounds * 0.95)],
        "load_seconds": load,
        "memory_mb": memory,
    }


def _timed(act: object) -> float:
    assert callable(act)
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:18} {value:8.2f}")
