# shellcheck shell=bash
# Sourced by `lab`: layers. What a host has had installed, frozen, so that later hosts start with it at once:
#   lab has KEY || { lab up x --hosts 1; …install…; lab freeze x web1 KEY; lab down x; }
#   lab up NAME --layer KEY
# A layer is a copy of a host's upper layer and lies between the base root and the new host's own. KEY should name what
# is in it, such as a hash of the .debs. A new image makes all layers void.

layer_path() {
  local base
  base=$(image_path)
  printf '%s/layer-%s-%s\n' "$LAB_CACHE" "${base##*/base-}" "$1"
}

cmd_has() {
  [ -d "$(layer_path "${1:?the key of a layer is missing}")" ]
}

cmd_freeze() {
  need_host "$@"
  local name=$1 host=$2 key=${3:?the key of the layer is missing} target part folder
  [[ $key =~ ^[A-Za-z0-9._-]{1,80}$ ]] || die "'$key' is not a key for a layer: letters, digits, . _ -"
  target=$(layer_path "$key")
  folder=$(host_folder "$name" "$host")
  ! is_machine "$name" || die "the hosts of lab $name are virtual machines, which cannot become a layer"
  [ "$(cat "$LAB_STATE/$name/base")" = "$(image_path)" ] ||
    die "lab $name does not stand on today's plain image, so its hosts cannot become a layer"
  cmd_stop "$name" "$host"
  part=$target.part-$$
  cp -a --reflink=auto "$folder/disk/upper" "$part"
  # What makes a host this host: the next one gets its own.
  rm -rf "$part"/etc/{machine-id,hostname,hosts,resolv.conf} "$part"/etc/ssh/ssh_host_* "$part"/var/log/journal/* "$part"/var/lib/systemd/random-seed
  if ! mv -T "$part" "$target" 2>/dev/null; then rm -rf "$part"; fi
  layer_prune
}

# Keeps the four layers last used, and what a lab stands on.
layer_prune() {
  local layer kept=0
  find "$LAB_CACHE" -maxdepth 1 -name 'layer-*' -printf '%T@ %p\n' | sort -rn | while read -r _ layer; do
    # Half a copy, of a run that was killed.
    if [[ $layer == *.part-* && ! -d /proc/${layer##*-} ]]; then rm -rf --one-file-system "$layer"; fi
    kept=$((kept + 1))
    if [ "$kept" -gt 4 ] && ! grep -qsxF -e "$layer" "$LAB_STATE"/*/base; then rm -rf --one-file-system "$layer"; fi
  done
}
