# The web client behind nginx, which also is the system's one address. From the repository's root:
#   docker build -f deploy/docker/web.Dockerfile .
ARG NODE_IMAGE=node:22-slim
ARG NGINX_IMAGE=nginx:stable

FROM ${NODE_IMAGE} AS build
WORKDIR /web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY web ./
RUN npm run build \
 && rm -r dist/.vite

FROM ${NGINX_IMAGE}
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.vendor="Marketplace messaging" \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.title="web" \
      org.opencontainers.image.description="The web client, and the gateway to the services"
COPY deploy/docker/web/entrypoint.sh deploy/docker/web/healthcheck.sh /usr/local/bin/
COPY deploy/docker/web/nginx.conf deploy/docker/web/security-headers.conf deploy/docker/web/proxy.conf /etc/nginx/
COPY deploy/docker/web/gateway.conf.template /etc/nginx/
COPY --from=build /web/dist /usr/share/nginx/web
ENV CONVERSATIONS_ADDRESS=conversations:8080 DELIVERY_ADDRESS=delivery:8080
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 CMD ["healthcheck.sh"]
STOPSIGNAL SIGQUIT
ENTRYPOINT ["entrypoint.sh"]
CMD ["nginx", "-g", "daemon off;"]
