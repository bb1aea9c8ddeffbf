"""The domain core of Fagtråd: what a clinical network does between its meetings. Knows no chat platform."""

__version__ = "0.1.0"  # as in pyproject.toml
