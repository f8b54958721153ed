# The services, a target each. From the repository's root:
#   docker build -f deploy/docker/services.Dockerfile --target delivery .
ARG PYTHON_IMAGE=python:3.13-slim

# What all services share: the contracts and the chassis. Byte code is made here, for the image is read-only.
FROM ${PYTHON_IMAGE} AS shared
WORKDIR /app
COPY contracts contracts
COPY chassis chassis
COPY deploy/docker/healthcheck.py ./
RUN python -m compileall -q --invalidation-mode unchecked-hash .

FROM ${PYTHON_IMAGE} AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv --without-pip /opt/venv
WORKDIR /app

FROM packages AS conversations-parts
COPY requirements/conversations.txt /tmp/
RUN pip --python /opt/venv install --require-hashes --only-binary=:all: -r /tmp/conversations.txt
COPY services/conversations services/conversations
RUN python -m compileall -q --invalidation-mode unchecked-hash .

FROM packages AS delivery-parts
COPY requirements/delivery.txt /tmp/
RUN pip --python /opt/venv install --require-hashes --only-binary=:all: -r /tmp/delivery.txt
COPY services/delivery services/delivery
RUN python -m compileall -q --invalidation-mode unchecked-hash .

FROM packages AS notifications-parts
COPY requirements/notifications.txt /tmp/
RUN pip --python /opt/venv install --require-hashes --only-binary=:all: -r /tmp/notifications.txt
COPY services/notifications services/notifications
RUN python -m compileall -q --invalidation-mode unchecked-hash .

# The interpreter without its installers, and nobody in particular to run it.
FROM ${PYTHON_IMAGE} AS runtime
RUN rm -r "$(python -c 'import ensurepip; print(*ensurepip.__path__)')" \
 && python -m pip uninstall --quiet --yes --root-user-action=ignore pip
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-IS", "healthcheck.py"]
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.vendor="Marketplace messaging" \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION

# `migrate` instead of `run` brings the database up to date.
FROM runtime AS conversations
LABEL org.opencontainers.image.title="conversations" \
      org.opencontainers.image.description="Conversations and their REST API; owns the database"
COPY --from=conversations-parts /opt/venv /opt/venv
COPY --from=shared /app ./
COPY --from=conversations-parts /app ./
ENTRYPOINT ["python", "-m", "services.conversations"]
CMD ["run"]

FROM runtime AS delivery
LABEL org.opencontainers.image.title="delivery" \
      org.opencontainers.image.description="WebSockets: commands in, events out"
COPY --from=delivery-parts /opt/venv /opt/venv
COPY --from=shared /app ./
COPY --from=delivery-parts /app ./
ENTRYPOINT ["python", "-m", "services.delivery"]

FROM runtime AS notifications
LABEL org.opencontainers.image.title="notifications" \
      org.opencontainers.image.description="Decides who is to be notified of what"
COPY --from=notifications-parts /opt/venv /opt/venv
COPY --from=shared /app ./
COPY --from=notifications-parts /app ./
ENTRYPOINT ["python", "-m", "services.notifications"]

# Tells a running system about demo people and items, and ends.
FROM runtime AS demo-data
LABEL org.opencontainers.image.title="demo-data" \
      org.opencontainers.image.description="Demo people and items"
HEALTHCHECK NONE
COPY deploy/demo/data.py deploy/demo/
ENTRYPOINT ["python", "-m", "deploy.demo.data"]
