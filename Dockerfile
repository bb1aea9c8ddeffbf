FROM python:3.12-slim AS packages

COPY requirements/all.txt /tmp/all.txt
RUN python -m venv /opt/fagtraad \
    && /opt/fagtraad/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/all.txt


FROM python:3.12-slim

# var/ holds a SQLite database and the erasure ledger, where no other place is set for them.
RUN useradd --uid 10001 --user-group --home-dir /app --no-create-home --shell /usr/sbin/nologin fagtraad \
    && install -d -o fagtraad -g fagtraad /app/var \
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
    FAGTRAAD_PORT=8080

USER fagtraad
VOLUME /app/var
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['FAGTRAAD_PORT']}/healthz\", timeout=4)"]
CMD ["fagtraad", "run"]
