# One image for every role: `run` (all in one process), `serve` (web) and `worker` (mail and planned sendings).

FROM python:3.11-slim-bookworm AS libraries
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.lock /tmp/requirements.lock
RUN /opt/venv/bin/pip install --require-hashes --requirement /tmp/requirements.lock

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Undersigned" \
      org.opencontainers.image.description="Carries a coalition's open letter from draft to answer." \
      org.opencontainers.image.licenses="Apache-2.0"
# Names are printed in their own script: Noto has most of them, Zen Hei has Chinese and Japanese.
# tini passes signals on and reaps what the letter's compiler leaves, so that a stop ends a mail properly.
# openssl checks the seals of a dossier before it is given out.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-core fonts-wqy-zenhei openssl tini \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 undersigned \
    && useradd --system --uid 10001 --gid undersigned --no-create-home --shell /usr/sbin/nologin undersigned \
    && install --directory --owner=undersigned --group=undersigned --mode=0700 \
        /var/lib/undersigned/data /var/lib/undersigned/keys /var/lib/undersigned/journal \
    && printf '#!/bin/sh\nexec python -m service "$@"\n' > /usr/local/bin/undersigned \
    && chmod 0755 /usr/local/bin/undersigned

COPY --from=libraries /opt/venv /opt/venv
# Templates and migrations are found beside the package, so the service runs from its source folder.
WORKDIR /app
COPY LICENSE ./
COPY migrations ./migrations
COPY templates ./templates
COPY service ./service

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    UNDERSIGNED_DATA_DIR=/var/lib/undersigned/data \
    UNDERSIGNED_KEY_DIR=/var/lib/undersigned/keys \
    UNDERSIGNED_JOURNAL_DIR=/var/lib/undersigned/journal
USER undersigned
# Three volumes: a backup of the data must hold neither the root key nor the journal of what was sent.
VOLUME ["/var/lib/undersigned/data", "/var/lib/undersigned/keys", "/var/lib/undersigned/journal"]
EXPOSE 8000
# A worker has no pages: start it with --no-healthcheck and ask `undersigned status` instead.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4).close()"]
ENTRYPOINT ["tini", "--", "undersigned"]
CMD ["run", "--host", "0.0.0.0"]
