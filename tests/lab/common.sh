# shellcheck shell=bash
# Sourced by `lab`: messages, the folders, and what the machine must offer.

# shellcheck disable=SC2034 # used in image.sh
LAB_CACHE=${ALVEOLE_CACHE:-${HOME:-/root}/.cache/alveole}/lab
# One folder of state for the whole machine, on a real disk: overlayfs takes no upper layer on overlayfs.
LAB_STATE=${ALVEOLE_LAB_STATE:-/var/lib/alveole-lab}

say() { printf 'lab: %s\n' "$*" >&2; }
die() {
  printf 'lab: %s\n' "$*" >&2
  exit 1
}

# Everything the kernel lists by name (bridge, network namespace, cgroup) carries this prefix, so that sweep knows its own.
readonly LAB_PREFIX=alvlab

need_root() {
  [ "$(id -u)" = 0 ] || die "the lab boots real hosts and must be root: run it again with sudo"
}

# need COMMAND PACKAGE …: pairs; what is missing is installed in one go.
need_commands() {
  local missing=()
  while [ $# -gt 1 ]; do
    command -v "$1" >/dev/null || missing+=("$2")
    shift 2
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "please install: ${missing[*]}"
  say "installing on this machine: ${missing[*]}"
  local log install
  log=$(mktemp)
  # Another apt may be at work on this machine: wait for its lock.
  install=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -qq -y --no-install-recommends "${missing[@]}")
  if ! { "${install[@]}" || { apt-get update -qq && "${install[@]}"; }; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    rm -f "$log"
    die "apt-get could not install them; install by hand: apt-get install ${missing[*]}"
  fi
  rm -f "$log"
}

# need_space FOLDER MEGABYTES WHAT
need_space() {
  mkdir -p "$1"
  local free
  free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$2" ] ||
    die "$3 needs $2 MB in $1, only $free MB are free: free some, or point \$ALVEOLE_CACHE (images) or \$ALVEOLE_LAB_STATE (running labs) at a larger disk"
}

# Where cgroup v2 is mounted: alone, or beside the old hierarchies.
cgroup2_root() {
  awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts
}

# The old name=systemd hierarchy, where it still exists: nspawn looks at it too.
cgroup1_systemd_root() {
  awk '$3 == "cgroup" && $4 ~ /name=systemd/ { print $2; exit }' /proc/mounts
}

# The kernel features, tried rather than guessed, once per boot of this machine.
need_kernel() {
  [ -n "$(cgroup2_root)" ] ||
    die "no cgroup v2 is mounted: run 'mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 none /sys/fs/cgroup/unified' (or boot with systemd.unified_cgroup_hierarchy=1)"
  mkdir -p "$LAB_STATE"
  ! cmp -s "$LAB_STATE/.kernel" /proc/sys/kernel/random/boot_id || return 0
  local try=$LAB_STATE/.try-$$ link=alvtry$$
  mkdir -p "$try"/{low,up,work,all}
  if ! mount -t overlay overlay -o "lowerdir=$try/low,upperdir=$try/up,workdir=$try/work" "$try/all" 2>/dev/null; then
    rm -rf "$try"
    die "overlayfs does not mount on $LAB_STATE ($(stat -f -c %T "$LAB_STATE")): load it with 'modprobe overlay', or, inside a container, point \$ALVEOLE_LAB_STATE at a real disk or a tmpfs"
  fi
  umount "$try/all"
  rm -rf "$try"
  ip link add "$link" type veth peer name "${link}b" 2>/dev/null || die "the kernel makes no veth pair: load it with 'modprobe veth'"
  ip link del "$link"
  ip link add "$link" type bridge 2>/dev/null || die "the kernel makes no bridge: load it with 'modprobe bridge'"
  ip link del "$link"
  cat /proc/sys/kernel/random/boot_id >"$LAB_STATE/.kernel"
}

# What a killed run left of the above.
sweep_tries() {
  local thing pid
  for thing in "$LAB_STATE"/.try-* /sys/class/net/alvtry*; do
    [ -e "$thing" ] || continue
    pid=${thing##*/}
    pid=${pid//[!0-9]/}
    if [ -d "/proc/$pid" ]; then continue; fi
    case $thing in
      /sys/*) ip link del "${thing##*/}" 2>/dev/null || true ;;
      *) unmount_below "$thing" && rm -rf --one-file-system "$thing" ;;
    esac
  done
}
