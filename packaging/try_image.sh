#!/bin/sh
# Runs in the container: everything that it is for, as the user that it runs as.
set -eu
trap 'rm -rf /data/ocrsearch /data/.cache' EXIT

fail() {
    echo "user $(id -u): $1" >&2
    exit 1
}

! touch /photos/written 2>/dev/null || fail "the photos can be written to"
! touch /opt/ocrsearch/written 2>/dev/null || fail "the program can be written to"
! python -c "import torch" 2>/dev/null || fail "PyTorch is in the image"
! ocrsearch health 2>/dev/null || fail "a home that does not exist is healthy"

ocrsearch --log-level warning index
ocrsearch query dijkstra | grep -q graph-search || fail "the photo with dijkstra on it is not found"
ocrsearch health >/dev/null || fail "not healthy after index"

ocrsearch --log-level warning watch &
watching=$!
tries=0
until ocrsearch health --json | grep -q '"state": *"waiting"'; do
    tries=$((tries + 1))
    [ $tries -lt 60 ] || fail "watch does not come to wait"
    sleep 1
done
begin=$(date +%s)
kill -TERM $watching
wait $watching || fail "watch did not end well"
seconds=$(($(date +%s) - begin))
[ $seconds -le 5 ] || fail "watch took $seconds seconds to end"
echo "user $(id -u): index, query, watch and health work; SIGTERM ended watch in $seconds s"
