FROM python:3.12-slim AS packages

COPY requirements/all.txt /tmp/all.txt
RUN python -m venv /opt/fagtraad \
    && /opt/fagtraad/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/all.txt


FROM python:3.12-slim

# A SQLite database and the erasure ledger are kept apart: restoring the one must never bring back an older other, for
# the ledger is what erases again. So give each a volume of its own, on different disks, and back them up apart:
#   docker run -v fagtraad-data:/app/var/data -v fagtraad-ledger:/app/var/ledger ...
RUN useradd --uid 10001 --user-group --home-dir /app --no-create-home --shell /usr/sbin/nologin fagtraad \
    && install -d -o fagtraad -g fagtraad -m 700 /app/var /app/var/data /app/var/ledger \
    && printf '#!/bin/sh\nexec python -m bot "$@"\n' > /usr/local/bin/fagtraad \
    && chmod 755 /usr/local/bin/fagtraad
COPY --from=packages /opt/fagtraad /opt/fagtraad
WORKDIR /app
COPY bot bot
COPY adapters adapters
COPY storage storage
COPY scheduler scheduler

ENV PATH=/opt/fagtraad/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FAGTRAAD_HOST=0.0.0.0 \
    FAGTRAAD_PORT=8080 \
    FAGTRAAD_DATABASE_URL=sqlite+aiosqlite:////app/var/data/fagtraad.db \
    FAGTRAAD_LEDGER_PATH=/app/var/ledger/erasures.jsonl

USER fagtraad
VOLUME ["/app/var/data", "/app/var/ledger"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['FAGTRAAD_PORT']}/healthz\", timeout=4)"]
CMD ["fagtraad", "run"]
