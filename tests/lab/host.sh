# shellcheck shell=bash
# Sourced by `lab`: one host, from its disk to its boots.
#
# A host's folder $LAB_STATE/NAME/hosts/HOST holds: disk/ (the overlay's upper layer), root/ (the merged root),
# index, console.log, keeper (pid and start time of its keeper), boots (how often it booted), and, while it runs, leader.

host_folder() { printf '%s/%s/hosts/%s' "$LAB_STATE" "$1" "$2"; }

# The cgroup folders of a host: v2 always, and the old name=systemd hierarchy where the machine has it.
# Each host has its own, or their systemds would share one and mishandle restarts.
host_cgroups() {
  local root
  for root in "$(cgroup2_root)" "$(cgroup1_systemd_root)"; do
    [ -z "$root" ] || printf '%s/%s/%s\n' "$root" "$LAB_PREFIX" "$1"
  done
}

remove_cgroup() {
  [ -d "$1" ] || return 0
  find "$1" -depth -type d -exec rmdir {} \; 2>/dev/null || true
}

# host_make NAME HOST INDEX NUMBER: disk, root, identity and network; nothing runs yet.
host_make() {
  local name=$1 host=$2 index=$3 number=$4 folder size lower
  folder=$(host_folder "$name" "$host")
  mkdir -p "$folder/disk" "$folder/root"
  printf '%s\n' "$index" >"$folder/index"
  size=$(cat "$LAB_STATE/$name/disk-limit")
  [ -z "$size" ] || is_machine "$name" || host_limit_disk "$folder" "$size"
  mkdir -p "$folder/disk/upper" "$folder/disk/work"
  lower=$(paste -sd : "$LAB_STATE/$name/base")
  mount -t overlay "$LAB_PREFIX" -o "lowerdir=$lower,upperdir=$folder/disk/upper,workdir=$folder/disk/work" "$folder/root"

  local etc=$folder/root/etc
  tr -d - </proc/sys/kernel/random/uuid >"$etc/machine-id"
  printf '%s\n' "$host" >"$etc/hostname"
  cp "$LAB_STATE/$name/etc-hosts" "$etc/hosts"
  # Without a way out there is no name server: asking must fail at once, not after a timeout.
  rm -f "$etc/resolv.conf"
  : >"$etc/resolv.conf"
  if [ -e "$LAB_STATE/$name/internet" ]; then net_resolv_conf >"$etc/resolv.conf"; fi
  chroot "$folder/root" ssh-keygen -q -t ed25519 -N '' -C "root@$host" -f /etc/ssh/ssh_host_ed25519_key
  if is_machine "$name"; then
    machine_make "$name" "$host" "$index" "$number"
  else
    net_make_host "$number" "$index" "$(net_namespace "$number" "$host")"
  fi
}

# The upper layer on a file system of its own, so that a test can fill the disk.
host_limit_disk() {
  local folder=$1 size=$2
  truncate -s "$size" "$folder/disk.img"
  mkfs.ext4 -q -m 0 -F "$folder/disk.img" || die "--disk-limit $size: mkfs.ext4 refused it (at least 16M)"
  if ! mount -o loop "$folder/disk.img" "$folder/disk" 2>/dev/null; then
    say "no loop device is free: the limited disk is a tmpfs"
    rm -f "$folder/disk.img"
    mount -t tmpfs -o "size=$size,mode=755" "$LAB_PREFIX" "$folder/disk"
  fi
}

# Starts the host's keeper, detached from this process and from its terminal, locks and pipes.
host_start() {
  local folder group
  folder=$(host_folder "$1" "$2")
  # Nothing may be left of an earlier boot, whose keeper somebody has killed: nspawn would find the root busy.
  while read -r group; do
    cgroup_kill "$group"
  done < <(host_cgroups "$(cat "$LAB_STATE/$1/number")-$2")
  nspawn_forget "$LAB_PREFIX$(cat "$LAB_STATE/$1/number")-$2"
  rm -f "$folder/leader"
  process_id $$ >"$folder/starting"
  setsid "$LAB_HOME/lab" keep "$1" "$2" </dev/null >>"$folder/console.log" 2>&1 7>&- 8>&- 9>&- &
  disown
}

# The keeper: boots the host, and boots it again each time it asks for a reboot. Runs until the host is powered off,
# cut, or taken down.
host_keep() {
  local name=$1 host=$2 folder number nspawn leader code boots
  folder=$(host_folder "$name" "$host")
  number=$(cat "$LAB_STATE/$name/number")
  process_id $$ >"$folder/keeper"
  rm -f "$folder/starting"
  cd /
  host_enter_cgroup "$number-$host" keeper
  if is_machine "$name"; then
    host_keep_machine "$name" "$host" "$number"
    return
  fi
  while :; do
    # --keep-unit and --register=no: no systemd of the machine is asked, it may have none.
    # The environment: cgroup v2 inside; writable /proc/sys/net and no system call filter, as on a real server.
    # CAP_NET_ADMIN: for units with PrivateNetwork=, whose loopback must be brought up.
    {
      host_enter_cgroup "$number-$host" run
      SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network SYSTEMD_SECCOMP=0 \
        exec systemd-nspawn --quiet --directory="$folder/root" --boot --settings=no --register=no --keep-unit \
        --machine="$LAB_PREFIX$number-$host" --hostname="$host" --capability=CAP_NET_ADMIN \
        --network-namespace-path="/run/netns/$(net_namespace "$number" "$host")" \
        --resolv-conf=off --timezone=off --link-journal=no --console=read-only
    } &
    nspawn=$!
    if leader=$(host_await_leader "$nspawn"); then
      boots=$(cat "$folder/boots" 2>/dev/null || echo 0)
      printf '%s\n' $((boots + 1)) >"$folder/boots"
      host_publish_leader "$folder" "$leader" "$number-$host"
    fi
    code=0
    wait "$nspawn" || code=$?
    rm -f "$folder/leader"
    # 133 is nspawn's word for "the host asked for a reboot" (with --keep-unit it leaves the rest to us).
    [ "$code" = 133 ] || break
  done
  rm -f "$folder/keeper"
  say "$host went down (nspawn: $code)"
}

# The same for a virtual machine, which reboots by itself. Its leader is the emulator's process.
host_keep_machine() {
  local folder index number=$3 address socket code=0 machine
  folder=$(host_folder "$1" "$2")
  index=$(cat "$folder/index")
  address=$(net_host4 "$number" "$index")
  socket=$(machine_ssh_socket "$number" "$2")
  {
    host_enter_cgroup "$number-$2" run
    machine_boot "$folder" "$index" "$number"
  } &
  machine=$!
  printf '%s machine %s %s\n' "$machine" "$address" "$socket" >"$folder/leader.new"
  mv "$folder/leader.new" "$folder/leader"
  machine_connect "$machine" "$address" "$socket" &
  wait "$machine" || code=$?
  rm -f "$folder/leader" "$folder/keeper"
  say "$2 went down (qemu: $code)"
}

# Moves this process to its place in the host's cgroups: `keeper`, or `run`, from where nspawn goes on by itself.
host_enter_cgroup() {
  local folder above
  while read -r folder; do
    # `run` is fresh for each boot: with controllers, the old one has become an inner node, which takes no process.
    [ "$2" != run ] || remove_cgroup "$folder/run"
    mkdir -p "$folder/$2"
    # Hand down what controllers the machine has, so that a unit's MemoryMax= is real where it can be.
    for above in "$(dirname "$folder")" "$folder"; do
      [ ! -e "$above/cgroup.controllers" ] || sed 's/[^ ][^ ]*/+&/g' "$above/cgroup.controllers" >"$above/cgroup.subtree_control" 2>/dev/null || true
    done
    printf '%s\n' "$BASHPID" >"$folder/$2/cgroup.procs"
  done < <(host_cgroups "$1")
}

# The leader is the host's process 1: nspawn's child that has become systemd. Before that, it is still at work on its
# namespaces, and a command sent there would run half outside.
host_await_leader() {
  local nspawn=$1 child
  while kill -0 "$nspawn" 2>/dev/null; do
    for child in $(pgrep -P "$nspawn" || true); do
      case $(readlink "/proc/$child/exe") in
        */systemd/systemd)
          printf '%s' "$child"
          return
          ;;
      esac
    done
    sleep 0.02
  done
  return 1
}

# Writes what `lab exec` needs, in one line, so that it need not find out anything: the leader's pid, the capabilities
# this machine's root has and the host's has not, and the cgroup of commands run from outside.
host_publish_leader() {
  local folder=$1 leader=$2 bounding dropped='' last i
  bounding=$((16#$(awk '/^CapBnd:/ { print $2 }' "/proc/$leader/status")))
  last=$(cat /proc/sys/kernel/cap_last_cap)
  for ((i = 0; i <= last; i++)); do
    ((bounding >> i & 1)) || dropped+=",-cap_$i"
  done
  printf '%s %s %s\n' "$leader" "${dropped:-,+all}" "$(cgroup2_root)/$LAB_PREFIX/$3/run/payload/lab-exec" >"$folder/leader.new"
  mv "$folder/leader.new" "$folder/leader"
}
