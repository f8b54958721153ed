#!/bin/sh
# Fills in what only the running container knows, then becomes the server. /tmp is the one place that is written to.
set -eu
if [ -z "${RESOLVER:-}" ]; then
    RESOLVER=$(awk '/^nameserver/ { print ($2 ~ /:/) ? "[" $2 "]" : $2 }' ORS=' ' /etc/resolv.conf)
fi
export RESOLVER
envsubst '$RESOLVER $CONVERSATIONS_ADDRESS $DELIVERY_ADDRESS' \
    </etc/nginx/gateway.conf.template >/tmp/gateway.conf
exec "$@"
