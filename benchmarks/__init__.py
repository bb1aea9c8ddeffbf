"""What it costs: `python -m benchmarks` measures, against bounds, on this machine and in this run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure beside its bound. `least`: the value must not be lower; otherwise it must not be higher."""

    name: str
    value: float
    bound: float
    least: bool = True
    unit: str = ""
    note: str = ""

    @property
    def holds(self) -> bool:
        return self.value >= self.bound if self.least else self.value <= self.bound
