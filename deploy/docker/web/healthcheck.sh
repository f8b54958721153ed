#!/bin/bash
# Whether the gateway itself answers: without curl, which not every base image has.
set -eu
exec 3<>/dev/tcp/127.0.0.1/8080
printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3
read -r -t 4 _ status _ <&3
[ "$status" = 200 ]
