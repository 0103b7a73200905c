# One image for every process of the desk; docker-compose.yml says which one a container runs.

FROM node:24-slim AS assets
WORKDIR /desk/static
COPY static/package.json static/package-lock.json static/.npmrc ./
RUN npm ci --no-progress
COPY templates /desk/templates
COPY static ./
RUN npm run -s build

# The Python that the tests run on.
FROM python:3.11-slim AS packages
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements/installer.txt requirements/production.txt /requirements/
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements/installer.txt \
 && uv pip install --no-cache -p /venv/bin/python --require-hashes -r /requirements/production.txt \
 && uv pip uninstall -p /venv/bin/python uv

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home desk \
 && install -d -o desk -g desk /data /data/media
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HELPDESK_PROFILE=production \
    HELPDESK_RUNTIME_DIR=/data \
    MEDIA_ROOT=/data/media
WORKDIR /desk
COPY --from=packages /venv /venv
COPY . .
COPY --from=assets /desk/static/dist static/dist
RUN python -m helpdesk.catalogues compile \
 && python -m compileall -q /desk /venv/lib \
 && SECRET_KEY=only-while-the-image-is-built-and-never-again METRICS_TOKEN=only-while-the-image-is-built-and-never-again \
    SITE_URL=https://build.invalid DATABASE_URL=postgresql://none@none/none REDIS_URL=redis://none/0 \
    python manage.py collectstatic --noinput -v0
USER desk
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.py", "helpdesk.wsgi:application"]
