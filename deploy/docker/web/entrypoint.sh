#!/bin/sh
# Fills in what only the running container knows, then becomes the server. /tmp is the one place that is written to.
set -eu
if [ -z "${RESOLVER:-}" ]; then
    RESOLVER=$(awk '/^nameserver/ { print ($2 ~ /:/) ? "[" $2 "]" : $2 }' ORS=' ' /etc/resolv.conf)
fi
REAL_IP=
for network in $(printf %s "${TRUSTED_PROXIES:-}" | tr , ' '); do
    REAL_IP="${REAL_IP}set_real_ip_from $network; "
done
[ -z "$REAL_IP" ] || REAL_IP="${REAL_IP}real_ip_header X-Forwarded-For; real_ip_recursive on;"
export RESOLVER REAL_IP
echo "worker_processes ${WEB_WORKERS:-4};" >/tmp/environment.conf
envsubst '$REAL_IP $RESOLVER $CONVERSATIONS_ADDRESS $DELIVERY_ADDRESS' \
    </etc/nginx/gateway.conf.template >/tmp/gateway.conf
exec "$@"
