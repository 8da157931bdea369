# The application image: web, worker, beat and migrations are the same image with other commands.

FROM python:3.11-slim-bookworm AS build
ENV UV_PROJECT_ENVIRONMENT=/opt/venv UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir "uv>=0.8,<1"
WORKDIR /app
COPY pyproject.toml uv.lock ./
# Exactly the locked versions, without the tools of tests and checks.
RUN uv sync --frozen --no-default-groups
COPY manage.py ./
COPY safeguard ./safeguard
COPY agencies ./agencies
COPY cases ./cases
COPY referrals ./referrals
COPY templates ./templates
# base.py needs no secret; it names the same static files as production.py.
RUN DJANGO_SETTINGS_MODULE=safeguard.settings.base /opt/venv/bin/python manage.py collectstatic --no-input \
    && /opt/venv/bin/python -m compileall -q safeguard agencies cases referrals

FROM python:3.11-slim-bookworm
# Pango and HarfBuzz draw the PDF documents; fonts for scripts that names are written in.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-noto-core \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 safeguard \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent safeguard \
    && install --directory --owner=safeguard --group=safeguard --mode=0700 /var/lib/safeguard /var/lib/safeguard/files
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=safeguard.settings.production \
    SAFEGUARD_DATA_DIR=/var/lib/safeguard
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "manage.py", "health", "web", "--port=8000"]
CMD ["uvicorn", "safeguard.asgi:application", "--host=0.0.0.0", "--port=8000", "--workers=2", "--ws=none", \
     "--lifespan=off", "--no-access-log", "--no-server-header", "--no-proxy-headers", "--timeout-graceful-shutdown=20"]
