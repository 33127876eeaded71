# shellcheck shell=bash
# Sourced by `lab`: the commands.
#
# A lab's folder $LAB_STATE/NAME holds: number, base, names, owner and builder (pid and start time, or empty),
# disk-limit, etc-hosts, internet (if asked), hosts/, and json, which appears last: it means "up".

# A process named so that a later one with the same number is not taken for it. Empty for a process that is gone.
process_id() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  # The second field, the name, may hold spaces and brackets; the start time is the 20th after its last bracket.
  read -ra stat <<<"${stat##*) }"
  printf '%s %s\n' "$1" "${stat[19]}"
}

process_lives() {
  local id=$1
  [ -n "$id" ] && [ "$(process_id "${id%% *}")" = "$id" ]
}

# One lock for what changes the set of labs. File descriptor 9; a keeper does not inherit it.
labs_lock() {
  mkdir -p "$LAB_STATE"
  exec 9>"$LAB_STATE/.lock"
  flock 9
}
labs_unlock() { exec 9>&-; }

need_lab() {
  [ -d "$LAB_STATE/${1:?the name of a lab is missing}" ] || die "there is no lab $1 ('lab list' shows them)"
}
need_host() {
  need_lab "${1:-}"
  [ -d "$(host_folder "$1" "${2:?the name of a host is missing}")" ] || die "lab $1 has no host $2"
}
need_name() {
  [[ $1 =~ ^[a-z][a-z0-9-]{0,30}$ ]] || die "'$1' is not a name for a lab or a host: a-z, then a-z 0-9 -, at most 31"
}

cmd_image() {
  need_commands ip iproute2 systemd-nspawn systemd-container mmdebstrap mmdebstrap nsenter util-linux pgrep procps
  need_kernel
  image_lock
  [ "${1:-}" != --fresh ] || mv -T "$(image_path)" "$(image_path)-old-$$" 2>/dev/null || true
  image_ensure
  image_path
}

cmd_up() {
  local name=${1:-} hosts=2 names='' owner='' limit='' internet='' layer='' machines='' i
  need_name "$name"
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --hosts) hosts=$2 && shift 2 ;;
      --names) names=${2//,/ } && shift 2 ;;
      --owner)
        owner=$(process_id "$2")
        [ -n "$owner" ] || die "--owner $2: there is no such process"
        shift 2
        ;;
      --disk-limit) limit=$2 && shift 2 ;;
      --internet) internet=yes && shift ;;
      --layer) layer=$2 && shift 2 ;;
      --machines) machines=yes && shift ;;
      *) die "up: '$1' is not an option ('lab help')" ;;
    esac
  done
  [[ $hosts =~ ^[1-4]$ ]] || die "--hosts must be 1 to 4"
  [ -n "$names" ] || for ((i = 1; i <= hosts; i++)); do names+="web$i "; done
  for i in $names; do need_name "$i"; done

  if [ -e "$LAB_STATE/$name/json" ]; then
    [ -z "$owner" ] || printf '%s\n' "$owner" >"$LAB_STATE/$name/owner"
    cat "$LAB_STATE/$name/json"
    return
  fi
  need_commands ip iproute2 systemd-nspawn systemd-container nsenter util-linux pgrep procps mkfs.ext4 e2fsprogs
  [ -z "$internet" ] || need_commands iptables iptables
  [ -z "$machines" ] || need_commands qemu-system-x86_64 qemu-system-x86 ssh openssh-client
  need_kernel
  cmd_sweep
  image_lock
  image_ensure
  labs_lock
  if [ -d "$LAB_STATE/$name" ]; then
    # Another run is bringing this lab up right now: its result is ours.
    labs_unlock
    image_unlock
    until [ -e "$LAB_STATE/$name/json" ]; do
      process_lives "$(cat "$LAB_STATE/$name/builder" 2>/dev/null)" || die "the run that was bringing $name up has failed"
      sleep 0.1
    done
    cat "$LAB_STATE/$name/json"
    return
  fi
  lab_make "$name" "$names" "$owner" "$limit" "$internet" "$layer" "$machines"
}

# Called with both locks held; gives them back once nothing is shared any more.
lab_make() {
  local name=$1 names=$2 owner=$3 limit=$4 internet=$5 layer=$6 machines=$7 folder=$LAB_STATE/$1 number host index=0 job
  need_space "$LAB_STATE" 1000 "a lab"
  [ -z "$layer" ] || cmd_has "$layer" || die "there is no layer $layer on today's image ('lab freeze' makes one)"
  mkdir -p "$folder/hosts"
  process_id $$ >"$folder/builder"
  trap 'lab_abandon "$?"' EXIT
  LAB_MAKING=$name
  number=$(net_pick_number)
  printf '%s\n' "$number" >"$folder/number"
  # What the hosts stand on, from the top down.
  { [ -z "$layer" ] || layer_path "$layer"; image_path; } >"$folder/base"
  [ -z "$layer" ] || touch "$(layer_path "$layer")"
  printf '%s\n' "$owner" >"$folder/owner"
  printf '%s\n' "$limit" >"$folder/disk-limit"
  [ -z "$machines" ] || { machine_key && touch "$folder/machines"; }
  cat /proc/sys/kernel/random/boot_id >"$folder/boot"
  [ -z "$internet" ] || net_forwarding_before >"$folder/internet"
  net_make_bridge "$number"
  labs_unlock
  image_unlock
  [ -z "$internet" ] || net_internet_on "$number"
  lab_etc_hosts "$number" "$names" >"$folder/etc-hosts"

  local jobs=()
  for host in $names; do
    index=$((index + 1))
    # Not joined by &&, which would switch `set -e` off inside.
    {
      host_make "$name" "$host" "$index" "$number"
      host_start "$name" "$host"
      host_wait "$name" "$host"
    } &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do
    wait "$job" || die "lab $name could not be brought up"
  done
  lab_json "$name" "$number" "$names" >"$folder/json.new"
  mv "$folder/json.new" "$folder/json"
  LAB_MAKING=''
  cat "$folder/json"
}

# A lab that did not come up is taken away, but what its hosts last said is shown.
lab_abandon() {
  [ -n "${LAB_MAKING:-}" ] || return 0
  local log
  for log in "$LAB_STATE/$LAB_MAKING"/hosts/*/console.log; do
    [ ! -e "$log" ] || { printf -- '--- %s\n' "$log" && tail -n 15 "$log"; } >&2
  done
  labs_unlock
  lab_remove "$LAB_MAKING"
}

lab_etc_hosts() {
  local number=$1 host index=0
  printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n'
  printf '%s panel.lab.example\n' "$(net_panel4 "$number")" "$(net_panel6 "$number")"
  for host in $2; do
    index=$((index + 1))
    printf '%s %s.lab.example %s\n' "$(net_host4 "$number" "$index")" "$host" "$host" "$(net_host6 "$number" "$index")" "$host" "$host"
  done
}

# Names, paths and addresses are plain by construction; nothing here needs escaping.
lab_json() {
  local name=$1 number=$2 host index=0 comma=''
  printf '{"name":"%s","bridge":"%s","panel_address":"%s","panel_address6":"%s","hosts":[' \
    "$name" "$(net_bridge "$number")" "$(net_panel4 "$number")" "$(net_panel6 "$number")"
  for host in $3; do
    index=$((index + 1))
    printf '%s\n {"name":"%s","address":"%s","address6":"%s","shell":"%s","root":"%s/root","console":"%s/console.log"}' "$comma" \
      "$host" "$(net_host4 "$number" "$index")" "$(net_host6 "$number" "$index")" \
      "$LAB_HOME/lab exec $name $host --" "$(host_folder "$name" "$host")" "$(host_folder "$name" "$host")"
    comma=,
  done
  printf ']}\n'
}

cmd_json() {
  need_lab "${1:-}"
  cat "$LAB_STATE/$1/json" 2>/dev/null || die "lab $1 is not up yet"
}

cmd_list() {
  local folder owner
  for folder in "$LAB_STATE"/*/; do
    [ -e "$folder/number" ] || continue
    owner=$(cat "$folder/owner")
    printf '%-20s %-10s hosts: %s  owner: %s\n' "$(basename "$folder")" "$(net_bridge "$(cat "$folder/number")")" \
      "$(cd "$folder/hosts" && echo *)" "${owner:-none}"
  done
}
