#!/bin/sh
# Usage: make-cluster.sh HOST:PORT… Makes one cluster of the nodes unless they are one already, and waits until it is well.
set -eu
REDISCLI_AUTH=$(cat /run/secrets/redis-password)
export REDISCLI_AUTH
first=${1%%:*}

is_well() { redis-cli -h "$first" cluster info | grep -q '^cluster_state:ok'; }

is_well || redis-cli --cluster create "$@" --cluster-replicas 0 --cluster-yes
for _ in $(seq 30); do
  if is_well; then
    echo 'the cluster is well'
    exit 0
  fi
  sleep 1
done
echo 'the cluster is not well after 30 s' >&2
exit 1
