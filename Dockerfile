# One image recipe for all services: `docker build --build-arg SERVICE=intake .` The image holds shared/ and that one service, nothing else.
# `docker build --target migrate .` makes the one that prepares and upgrades the databases: it holds shared/ and the services' SQL.
# `docker build --target operate .` makes the operator's command, for backups.
FROM python:3.12-slim AS base

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --home-dir /app tanggap
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY shared/ shared/

FROM base AS migrate

COPY services/intake/schema/ services/intake/schema/
COPY services/cases/schema/ services/cases/schema/
COPY services/notifications/schema/ services/notifications/schema/
USER tanggap
CMD ["python", "-m", "shared.migrate"]

FROM base AS operate

COPY services/ services/
COPY district/ district/
USER tanggap
ENTRYPOINT ["python", "-m", "district"]

FROM base

ARG SERVICE
ENV SERVICE=${SERVICE} HOST=0.0.0.0 PORT=8000
COPY services/__init__.py services/__init__.py
COPY services/${SERVICE}/ services/${SERVICE}/
# A volume that is mounted here for the first time takes this owner.
RUN install -d -o tanggap -m 0700 /var/lib/tanggap/journal
USER tanggap
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:8000/{os.environ['SERVICE']}/readyz\", timeout=4)"]
CMD ["sh", "-c", "exec python -m services.$SERVICE"]
