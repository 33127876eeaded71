# shellcheck shell=bash
# Sourced by `lab`: waiting for hosts, their reboots and power cuts, and the end of labs.

# Runs something inside a host, quietly failing while the host is not there.
inside() { "$LAB_HOME/lab" exec "$@" 2>/dev/null; }

# Waits until the host has booted (whatever its services then say) and answers on both addresses.
host_wait() {
  local name=$1 host=$2 number index state deadline=120
  # An emulated processor on a busy machine takes its time.
  ! is_machine "$name" || deadline=400
  deadline=$((SECONDS + ${ALVEOLE_LAB_TIMEOUT:-$deadline}))
  number=$(cat "$LAB_STATE/$name/number")
  index=$(cat "$(host_folder "$name" "$host")/index")
  while :; do
    # --wait returns when the boot is over; before systemd listens it fails at once with nothing to read.
    state=$(inside "$name" "$host" -- systemctl is-system-running --wait || true)
    case $state in
      running) break ;;
      degraded)
        say "$host: some units failed: $(inside "$name" "$host" -- systemctl list-units --failed --plain --no-legend | awk '{ print $1 }' | xargs)"
        break
        ;;
    esac
    host_wait_more "$name" "$host" "$deadline"
  done
  # Nothing of a host answers on its own but sshd; one that a test has stopped is not waited for.
  inside "$name" "$host" -- systemctl -q is-active ssh || return 0
  until answers "$(net_host4 "$number" "$index")" && answers "$(net_host6 "$number" "$index")"; do
    host_wait_more "$name" "$host" "$deadline"
  done
}

host_wait_more() {
  [ "$SECONDS" -lt "$3" ] || die "$2 of lab $1 did not come up in time; its console: $(host_folder "$1" "$2")/console.log"
  host_is_kept "$1" "$2" || die "$2 of lab $1 is down, start it with: lab start $1 $2; its console: $(host_folder "$1" "$2")/console.log"
  sleep 0.05
}

answers() { (exec 3<>"/dev/tcp/$1/22") 2>/dev/null; }

# Whether the host has a keeper. First `starting` (who is starting one), then `keeper`: the keeper writes the second before
# it removes the first, so that no moment in between looks like neither.
host_is_kept() {
  local folder
  folder=$(host_folder "$1" "$2")
  process_lives "$(cat "$folder/starting" 2>/dev/null)" || process_lives "$(cat "$folder/keeper" 2>/dev/null)"
}

host_leader() {
  local leader rest
  read -r leader rest 2>/dev/null <"$(host_folder "$1" "$2")/leader" || return 1
  printf '%s' "$leader"
}

need_running() {
  need_host "$@"
  host_leader "$1" "$2" >/dev/null || die "host $2 of lab $1 is not running ('lab start $1 $2')"
}

cmd_wait() {
  need_host "$@"
  host_wait "$1" "$2"
}

cmd_shell() {
  need_running "$@"
  exec "$LAB_HOME/lab" exec "$1" "$2" -- /bin/bash -l
}

# The source lands as TARGET, or in it if TARGET is a folder there. Through the host's own tar, so that a link inside the
# host leads where it would for a process of the host. Owners become root, modes stay.
cmd_copy() {
  need_running "$@"
  local source=${3:?what to copy is missing} target=${4:?where to copy it is missing}
  [ -e "$source" ] || die "copy: $source does not exist"
  # shellcheck disable=SC2016 # the host's shell expands these
  tar -C "$(dirname "$source")" --owner=0 --group=0 --numeric-owner -cf - -- "$(basename "$source")" |
    "$LAB_HOME/lab" exec "$1" "$2" -- /bin/sh -ec '
      name=$1 target=$2
      case $target in */) mkdir -p "$target" ;; esac
      if [ -d "$target" ]; then exec tar -xpf - -C "$target"; fi
      folder=$(mktemp -d "$(dirname "$target")/.copy-XXXXXX")
      trap "rm -rf \"\$folder\"" EXIT
      tar -xpf - -C "$folder"
      mv -T "$folder/$name" "$target"' sh "$(basename "$source")" "$target"
}

# A reboot by the host's own systemd. The signals are systemd's: RTMIN+5 reboots, RTMIN+4 powers off.
cmd_reboot() {
  need_running "$@"
  if is_machine "$1"; then
    machine_reboot "$1" "$2"
    return
  fi
  local old
  old=$(host_leader "$1" "$2")
  kill -s RTMIN+5 "$old"
  while [ "$(host_leader "$1" "$2")" = "$old" ]; do sleep 0.05; done
  host_wait "$1" "$2"
}

cmd_stop() {
  need_host "$@"
  local leader
  leader=$(host_leader "$1" "$2") || return 0
  if is_machine "$1"; then
    inside "$1" "$2" -- systemctl poweroff || true
    host_await_end "$1" "$2" 200
    return
  fi
  kill -s RTMIN+4 "$leader"
  host_await_end "$1" "$2" 60
}

# The power cut: everything inside dies at once and nothing is written any more. What the host had written but not
# synced survives, for this machine's page cache does; a virtual machine loses it.
cmd_cut() {
  need_host "$@"
  local leader
  leader=$(host_leader "$1" "$2") || return 0
  kill -KILL "$leader"
  host_await_end "$1" "$2" 10
}

host_await_end() {
  local deadline=$((SECONDS + $3))
  while host_is_kept "$1" "$2"; do
    [ "$SECONDS" -lt "$deadline" ] || die "$2 of lab $1 did not end within $3 s"
    sleep 0.02
  done
}

cmd_start() {
  need_host "$@"
  host_is_kept "$1" "$2" || host_start "$1" "$2"
  host_wait "$1" "$2"
}

cmd_down() {
  [ -d "$LAB_STATE/${1:?the name of a lab is missing}" ] || return 0
  labs_lock
  lab_remove "$1"
  labs_unlock
}

# Takes away a lab or whatever half of one is there; running it twice does no harm.
lab_remove() {
  local folder=$LAB_STATE/$1 number
  number=$(cat "$folder/number" 2>/dev/null || true)
  rm -f "$folder/json"
  [ -z "$number" ] || number_remove "$number"
  # Forwarding goes back to what it was, unless another lab still has a way out.
  if [ -e "$folder/internet" ]; then
    local before
    before=$(cat "$folder/internet")
    rm "$folder/internet"
    if ls "$LAB_STATE"/*/internet >/dev/null 2>&1; then :; else sysctl -q -w "net.ipv4.ip_forward=${before:-0}"; fi
  fi
  unmount_below "$folder"
  rm -rf --one-file-system "$folder"
}

# All that lab number N has in the kernel: processes, network, cgroups.
number_remove() {
  local n=$1 root group
  while read -r root; do
    for group in "$root"/"$n"-*; do
      cgroup_kill "$group"
    done
  done < <(host_cgroups '')
  net_remove "$n"
  rm -f /run/"$LAB_PREFIX$n"-*.ssh
  for group in /run/systemd/nspawn/unix-export/"$LAB_PREFIX$n"-*; do
    nspawn_forget "${group##*/}"
  done
  rm -rf /run/systemd/nspawn/propagate/"$LAB_PREFIX$n"-*
}

# What a killed nspawn leaves behind under its machine's name: from systemd 256 on (Debian 13) a mount, over which the next one refuses to boot.
nspawn_forget() {
  local export=/run/systemd/nspawn/unix-export/$1
  [ -d "$export" ] || return 0
  umount -l "$export" 2>/dev/null || true
  rmdir "$export"
}

# Every process of a lab is in its hosts' cgroups: keepers, nspawn, what runs inside, what `exec` started.
cgroup_kill() {
  local group=$1 pids deadline=$((SECONDS + 20))
  [ -d "$group" ] || return 0
  while pids=$(find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null) && [ -n "$pids" ]; do
    # shellcheck disable=SC2086 # one word per process
    kill -KILL $pids 2>/dev/null || true
    [ "$SECONDS" -lt "$deadline" ] || die "these processes of a lab do not die: $pids"
    sleep 0.02
  done
  remove_cgroup "$group"
}

unmount_below() {
  local point
  # /proc/mounts in reverse: what was mounted last goes first.
  awk -v dir="$1/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | tac | while read -r point; do
    umount "$point" 2>/dev/null || umount -l "$point"
  done
}

cmd_sweep() {
  local folder name number bridge seen=' '
  labs_lock
  for folder in "$LAB_STATE"/*/; do
    [ -d "$folder" ] || continue
    name=$(basename "$folder")
    if lab_is_dead "$folder"; then
      say "sweeping away lab $name"
      lab_remove "$name"
    else
      seen+="$(cat "$folder/number" 2>/dev/null) "
    fi
  done
  sweep_tries
  # What has a number of ours but belongs to no lab that is left.
  while read -r number; do
    [[ $seen == *" $number "* ]] || number_remove "$number"
  done < <({
    for bridge in /sys/class/net/"$LAB_PREFIX"[0-9]* /run/netns/"$LAB_PREFIX"[0-9]*; do basename "${bridge#*"$LAB_PREFIX"}"; done
    while read -r folder; do ls "$folder" 2>/dev/null || true; done < <(host_cgroups '')
  } | sed -n 's/^\([0-9]\+\).*/\1/p' | sort -un)
  labs_unlock
}

# Dead: its owner is gone (pid and start time), or it never came up and the run that was building it is gone, or all its
# processes are from before this machine's last boot.
lab_is_dead() {
  local owner builder
  owner=$(cat "$1/owner" 2>/dev/null || true)
  builder=$(cat "$1/builder" 2>/dev/null || true)
  if [ ! -e "$1/json" ]; then ! process_lives "$builder" && return 0 || return 1; fi
  [ "$(cat "$1/boot")" = "$(cat /proc/sys/kernel/random/boot_id)" ] || return 0
  [ -n "$owner" ] && ! process_lives "$owner"
}
