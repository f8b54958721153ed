#!/bin/sh
# Writes `secrets.env` with random secrets; leaves one that exists alone.
set -eu
cd "$(dirname "$0")"
[ ! -e secrets.env ] || exit 0

random() {
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

umask 077
postgres=$(random)
rabbitmq=$(random)
cat >secrets.env <<END
postgres-password=$postgres
rabbitmq-password=$rabbitmq
database-url=postgresql://messaging:$postgres@postgres:5432/messaging
amqp-url=amqp://messaging:$rabbitmq@rabbitmq:5672/
service-token=$(random)
jwt-hs256-secret=$(random)
END
echo "Wrote secrets.env with new secrets."
