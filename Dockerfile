# Two stages: what builds is not in what runs. docs/operations.md says how it is started.
FROM python:3.13-slim AS build

COPY requirements/all.txt /tmp/all.txt
RUN python -m venv /opt/fagtraad \
    && /opt/fagtraad/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/all.txt \
    && /opt/fagtraad/bin/pip uninstall --yes --quiet pip

COPY bot /app/bot
COPY adapters /app/adapters
COPY storage /app/storage
COPY scheduler /app/scheduler
# Compiled here, since nothing can be written where it runs.
RUN python -m compileall -q --invalidation-mode unchecked-hash /app
COPY --chmod=755 deploy/fagtraad /opt/fagtraad/bin/fagtraad


FROM python:3.13-slim

LABEL org.opencontainers.image.title="Fagtråd" \
      org.opencontainers.image.description="The bot that carries a Norwegian clinical network's work from one meeting to the next" \
      org.opencontainers.image.version="0.1.0"

# The database (where it is SQLite) and the erasure ledger are kept apart: restoring the one must never bring back an
# older other, for the ledger is what erases again. Give each a volume of its own, and back them up apart.
RUN useradd --uid 10001 --user-group --home-dir /data --no-create-home --shell /usr/sbin/nologin fagtraad \
    && install -d -o fagtraad -g fagtraad -m 700 /data /data/database /data/ledger
COPY --from=build /opt/fagtraad /opt/fagtraad
COPY --from=build /app /app

ENV PATH=/opt/fagtraad/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FAGTRAAD_HOST=0.0.0.0 \
    FAGTRAAD_PORT=8080 \
    FAGTRAAD_DATABASE_URL=sqlite+aiosqlite:////data/database/fagtraad.db \
    FAGTRAAD_LEDGER_PATH=/data/ledger/erasures.jsonl

USER 10001:10001
WORKDIR /data
VOLUME ["/data/database", "/data/ledger"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['FAGTRAAD_PORT']}/healthz\", timeout=4)"]
ENTRYPOINT ["fagtraad"]
CMD ["run"]
