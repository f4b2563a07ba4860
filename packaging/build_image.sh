#!/bin/sh
# Builds the image with buildah, which needs neither a daemon nor namespaces, and tries it. Run it as
# root by `make image`, after `make dist`. BASE names an image with Debian's Python; without it, one
# is made by debootstrap from the mirror of this machine. STORAGE_DRIVER=vfs is for machines where
# overlays cannot be mounted. PIP_INDEX_URL is used, and does not stay in the image.
set -eu
cd "$(dirname "$0")/.."
NAME=${NAME:-localhost/ocrsearch}
SUITE=${SUITE:-trixie}
MAX_MEGABYTES=550
export BUILDAH_ISOLATION=chroot

if ! command -v buildah >/dev/null; then
    echo "make image: SKIPPED, buildah is not installed (Debian: apt-get install buildah debootstrap)"
    exit 0
fi
buildah() {
    command buildah ${STORAGE_DRIVER:+--storage-driver "$STORAGE_DRIVER"} "$@"
}
scratch=$(mktemp -d)
container=
finish() {
    [ -z "$container" ] || buildah rm "$container" >/dev/null
    rm -rf "$scratch"
}
trap finish EXIT

fail() {
    echo "make image: $1" >&2
    exit 1
}

make_base() {
    command -v debootstrap >/dev/null || fail "set BASE to an image, or install debootstrap"
    mirror=$(apt-get indextargets --format '$(CODENAME) $(SITE)' | grep -v -e security -e updates |
        awk -v suite="$(. /etc/os-release && echo "$VERSION_CODENAME")" '$1 == suite { print $2; exit }')
    container=$(buildah from scratch)
    root=$(buildah mount "$container")
    debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv \
        "$SUITE" "$root" ${mirror:+"$mirror"} >"$scratch/debootstrap.log" 2>&1 ||
        { tail "$scratch/debootstrap.log" >&2; fail "debootstrap failed"; }
    for waste in cache/apt lib/apt/lists log; do find "$root/var/$waste" -type f -delete; done
    for waste in doc locale man; do rm -rf "$root/usr/share/$waste"; done
    buildah umount "$container" >/dev/null
    buildah commit --quiet --rm "$container" "$1" >/dev/null
    container=
}

if [ -z "${BASE:-}" ]; then
    BASE=localhost/ocrsearch-base:$SUITE
    buildah inspect --type image "$BASE" >/dev/null 2>&1 || make_base "$BASE"
fi
# mounted, so that none of it stays: the authorities that this machine trusts, and where pip looks
printf '[global]\n%s\n' "${PIP_INDEX_URL:+index-url = $PIP_INDEX_URL}" >"$scratch/pip.conf"
buildah build --quiet --format docker --layers=false --build-arg "BASE=$BASE" --tag "$NAME" \
    --volume /etc/ssl/certs:/etc/ssl/certs:ro --volume "$scratch/pip.conf:/etc/pip.conf:ro" \
    --file packaging/Containerfile . >/dev/null

container=$(buildah from "$NAME")
size=$(du -sm "$(buildah mount "$container")" | cut -f1)
buildah umount "$container" >/dev/null
echo "make image: $NAME has $size MB unpacked"
[ "$size" -le "$MAX_MEGABYTES" ] || fail "that is more than $MAX_MEGABYTES MB"

before=$(cat samples/* | sha256sum)
for user in 1000 4711; do
    buildah run --user "$user:$user" --volume "$PWD/samples:/photos:ro" \
        --volume "$PWD/packaging/try_image.sh:/try.sh:ro" "$container" -- sh /try.sh ||
        fail "the image does not work as user $user"
done
[ "$before" = "$(cat samples/* | sha256sum)" ] || fail "the photos were changed"
echo "make image: done; photos are as they were"
