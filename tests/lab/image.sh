# shellcheck shell=bash
# Sourced by `lab`: the base root, a Debian 13 which all hosts share read-only.

readonly IMAGE_SUITE=trixie
# What a small real server has. systemd-userdbd is left out on purpose: records below /etc/userdb must resolve without it.
readonly IMAGE_INCLUDE=(
  systemd systemd-sysv libnss-systemd libpam-systemd dbus openssh-server logrotate
  ca-certificates openssl curl iproute2 iputils-ping procps less acl python3-minimal
)
# What a lab host has no use for, and what would only slow its boot or stir in the middle of a test.
readonly IMAGE_MASK=(
  console-getty.service getty@.service container-getty@.service getty-static.service sshd-keygen.service
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer
  systemd-networkd-wait-online.service
)

image_packages() {
  sed 's/#.*//; /^ *$/d' "$LAB_HOME/packages"
}

# The folder of the image that today's recipe makes.
image_path() {
  local hash
  hash=$({ declare -p IMAGE_SUITE IMAGE_INCLUDE IMAGE_MASK; declare -f image_customize image_older_php; image_packages; } | sha256sum)
  printf '%s/base-%s\n' "$LAB_CACHE" "${hash:0:12}"
}

# The machine's own Debian mirrors, read from its own apt: none is written here. On a machine that is not Debian
# there are none; mmdebstrap then takes its own default. $ALVEOLE_LAB_MIRROR wins over both.
image_sources() {
  local origin label uri
  if [ -n "${ALVEOLE_LAB_MIRROR:-}" ]; then
    printf 'deb %s %s main\n' "$ALVEOLE_LAB_MIRROR" "$IMAGE_SUITE"
    return
  fi
  # shellcheck disable=SC2016 # apt expands these, not the shell
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
    while IFS='|' read -r origin label uri; do
      case $origin/$label in
        Debian/Debian)
          printf 'deb %s %s main\n' "$uri" "$IMAGE_SUITE"
          printf 'deb %s %s-updates main\n' "$uri" "$IMAGE_SUITE"
          ;;
        Debian/Debian-Security) printf 'deb %s %s-security main\n' "$uri" "$IMAGE_SUITE" ;;
      esac
    done | awk '!seen[$0]++'
}

# Runs as mmdebstrap's last hook, on the finished root.
image_customize() {
  local root=$1 unit
  for unit in "${IMAGE_MASK[@]}"; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  # Each host gets its own, see host.sh.
  rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/hostname"
  : >"$root/etc/machine-id"
  printf 'LANG=C.UTF-8\n' >"$root/etc/default/locale"
  # dpkg syncs every file it unpacks, which the lab's disks need not pay for; our own programs' fsync stays real.
  printf 'force-unsafe-io\n' >"$root/etc/dpkg/dpkg.cfg.d/lab"
  # apt keeps what it downloaded, and a host without a network does not wait for one.
  printf 'APT::Keep-Downloaded-Packages "true";\nAcquire::Retries "0";\nAcquire::http::Timeout "5";\n' >"$root/etc/apt/apt.conf.d/90lab"
  rm -f "$root"/var/cache/apt/archives/*.deb
  say "image: downloading the packages of tests/lab/packages"
  # Each line as a set of its own (alternatives resolve otherwise than for all together), then all together; with
  # Recommends, as Debian's apt does unless told otherwise (mmdebstrap tells it otherwise while it builds).
  local line
  { image_packages && image_packages | xargs; } | while read -r line; do
    # shellcheck disable=SC2086 # the words of a line are packages
    chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get -o APT::Install-Recommends=true \
      install -y -qq --download-only $line </dev/null
  done
  image_older_php "$root"
  # Without these stamps a first boot spends its time on "system was updated" services.
  touch "$root/etc/.updated" "$root/var/.updated"
}

# The PHP of Debian 12, to be unpacked beside this release's by a test of several versions. Without it that test says so.
image_older_php() {
  local root=$1 lists=/tmp/older options
  options=(-o Dir::Etc::SourceList=$lists/sources.list -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=$lists/lists)
  mkdir -p "$root$lists/lists/partial" "$root/var/cache/lab/php8.2"
  sed "s/ $IMAGE_SUITE/ bookworm/" "$root/etc/apt/sources.list" >"$root$lists/sources.list"
  # shellcheck disable=SC2016 # the inner shell expands it
  chroot "$root" sh -c 'cd /var/cache/lab/php8.2 && apt-get -qq "$@" update && apt-get -qq "$@" download php8.2-fpm php8.2-common php8.2-opcache' \
    sh "${options[@]}" </dev/null || say "image: PHP of Debian 12 was not had"
  rm -rf "${root:?}$lists"
}

image_build() {
  local target=$1 part=$1.part log=$LAB_CACHE/image.log started=$SECONDS line
  need_space "$LAB_CACHE" 2500 "building the base image"
  need_commands mmdebstrap mmdebstrap gpgv gpgv
  # A run that was killed may have left a half-built root, with /proc and /sys mounted in it.
  image_remove "$part"
  local sources
  mapfile -t sources < <(image_sources)
  [ ${#sources[@]} -gt 0 ] || say "image: this machine's apt knows no Debian mirror, taking mmdebstrap's (or set \$ALVEOLE_LAB_MIRROR)"
  say "image: building Debian $IMAGE_SUITE in $target (about a minute, 1 GB; log: $log)"
  # --hook: this program again, which so needs no second language and no quoting.
  if ! TMPDIR=/tmp mmdebstrap --mode=root --variant=minbase --format=directory \
    --skip=cleanup/apt/lists,cleanup/apt/cache \
    --include="$(IFS=,; printf '%s' "${IMAGE_INCLUDE[*]}")" \
    --customize-hook="'$LAB_HOME/lab' image-customize \"\$1\"" \
    "$IMAGE_SUITE" "$part" "${sources[@]}" 2>&1 | tee "$log" |
    while IFS= read -r line; do
      case $line in
        I:* | lab:*) printf 'lab: image: %s\n' "${line#*: }" >&2 ;;
      esac
    done; then
    tail -n 25 "$log" >&2
    image_remove "$part"
    die "the image could not be built, see above. A package mirror must be reachable (apt-get update works?), and for Debian's keys: apt-get install debian-archive-keyring"
  fi
  mv -T "$part" "$target"
  say "image: ready after $((SECONDS - started)) s, $(du -sm "$target" | cut -f1) MB"
}

image_remove() {
  local mount
  [ -e "$1" ] || return 0
  awk -v dir="$1/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do umount -l "$mount"; done
  rm -rf --one-file-system "$1"
}

# Images of older recipes go, and the layers made on them, unless a lab still stands on one.
image_prune() {
  local keep=$1 image
  for image in "$LAB_CACHE"/{base,layer}-*; do
    if [[ ${image##*/} != *"${keep##*/base-}"* ]] && [ -d "$image" ] && ! grep -qsxF -e "$image" "$LAB_STATE"/*/base; then
      say "image: removing the unused ${image##*/}"
      image_remove "$image"
    fi
  done
}

# Builds what is missing and prints the image's path. The lock (file descriptor 8) stays taken until this process ends
# or calls image_unlock, so that no other run prunes the image before this one's lab has written that it uses it.
image_lock() {
  mkdir -p "$LAB_CACHE"
  exec 8>"$LAB_CACHE/image.lock"
  flock -n 8 || { say "waiting for another run that uses or builds the image" && flock 8; }
}
image_unlock() { exec 8>&-; }

image_ensure() {
  local path
  path=$(image_path)
  if [ ! -d "$path" ]; then
    image_build "$path"
    image_prune "$path"
  fi
}
