"""`python -m bot.guard` answers lines of JSON; with `--explain`, lines of text."""

import sys

from bot.guard.lines import answer_lines, explain_lines

if __name__ == "__main__":
    (explain_lines if "--explain" in sys.argv[1:] else answer_lines)(sys.stdin, sys.stdout)
