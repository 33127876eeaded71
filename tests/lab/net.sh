# shellcheck shell=bash
# Sourced by `lab`: one bridge and subnet per lab, one network namespace per host.
#
# A host's network namespace is made out here and outlives the host's boots: its addresses are there before its first
# process, come back with every reboot and need no network service inside.

# Lab N has the bridge alvlabN, 10.213.N.0/24 and fd4c:4142:N::/64; host I of it answers on …N.1I and …::1I.
net_bridge() { printf '%s%s' "$LAB_PREFIX" "$1"; }
net_panel4() { printf '10.213.%s.1' "$1"; }
net_panel6() { printf 'fd4c:4142:%x::1' "$1"; }
net_host4() { printf '10.213.%s.%s' "$1" $((10 + $2)); }
net_host6() { printf 'fd4c:4142:%x::%s' "$1" $((10 + $2)); }
net_namespace() { printf '%s%s-%s' "$LAB_PREFIX" "$1" "$2"; }

# The smallest number that no lab, no interface and no route of this machine uses. Call it with the global lock held.
net_pick_number() {
  local n
  for n in $(seq 1 250); do
    ! grep -qsx "$n" "$LAB_STATE"/*/number || continue
    [ ! -e "/sys/class/net/$(net_bridge "$n")" ] || continue
    [ -z "$(ip -4 route show table all root "10.213.$n.0/24" 2>/dev/null)" ] || continue
    printf '%s' "$n"
    return
  done
  die "no free subnet is left in 10.213.0.0/16: 'lab list' shows what is up, 'lab down NAME' or 'lab sweep' frees some"
}

net_make_bridge() {
  local n=$1 bridge
  bridge=$(net_bridge "$n")
  ip link add "$bridge" type bridge
  ip address add "$(net_panel4 "$n")/24" dev "$bridge"
  # nodad: a bridge without ports has no carrier, and its address would stay "tentative".
  ip address add "$(net_panel6 "$n")/64" dev "$bridge" nodad
  ip link set "$bridge" up
  # Where a firewall sees bridged packets and drops what it forwards (Docker sets that), hosts could not reach each other.
  if command -v iptables >/dev/null && [ "$(cat /proc/sys/net/bridge/bridge-nf-call-iptables 2>/dev/null)" = 1 ]; then
    iptables -w -I FORWARD -i "$bridge" -o "$bridge" -j ACCEPT 2>/dev/null || true
    ip6tables -w -I FORWARD -i "$bridge" -o "$bridge" -j ACCEPT 2>/dev/null || true
  fi
}

net_make_host() {
  local n=$1 index=$2 namespace=$3 outside
  outside=$(net_bridge "$n")h$index
  ip netns add "$namespace"
  ip link add "$outside" type veth peer name host0 netns "$namespace"
  ip link set "$outside" master "$(net_bridge "$n")" up
  ip -n "$namespace" -batch - <<EOF
link set lo up
address add $(net_host4 "$n" "$index")/24 dev host0
address add $(net_host6 "$n" "$index")/64 dev host0 nodad
link set host0 up
route add default via $(net_panel4 "$n")
EOF
  ip -n "$namespace" -6 route add default via "$(net_panel6 "$n")"
}

# The network card of a virtual machine, which has its addresses inside.
net_make_tap() {
  local outside
  outside=$(net_bridge "$1")h$2
  ip tuntap add dev "$outside" mode tap
  ip link set "$outside" master "$(net_bridge "$1")" up
}

# The machine's name servers; those behind systemd-resolved's stub where it has one, which a host cannot reach.
net_resolv_conf() {
  cat /run/systemd/resolve/resolv.conf 2>/dev/null || cat /etc/resolv.conf
}

# What forwarding was before the first lab that has a way out turned it on.
net_forwarding_before() {
  cat "$LAB_STATE"/*/internet 2>/dev/null | grep -m 1 . || cat /proc/sys/net/ipv4/ip_forward
}

# A way out for the hosts, only when asked: forwarding and NAT on this machine, IPv4.
net_internet_on() {
  local n=$1 bridge
  bridge=$(net_bridge "$n")
  sysctl -q -w net.ipv4.ip_forward=1
  iptables -w -t nat -A POSTROUTING -s "10.213.$n.0/24" ! -o "$bridge" -j MASQUERADE ||
    die "--internet: this kernel has no NAT (modprobe iptable_nat, or use the lab without it)"
  iptables -w -I FORWARD -i "$bridge" -j ACCEPT
  iptables -w -I FORWARD -o "$bridge" -j ACCEPT
}

# Takes away all that lab N has in the kernel's network, whatever half of it exists.
net_remove() {
  local n=$1 bridge namespace family link
  bridge=$(net_bridge "$n")
  if command -v iptables >/dev/null; then
    for family in iptables ip6tables; do
      while "$family" -w -D FORWARD -i "$bridge" -o "$bridge" -j ACCEPT 2>/dev/null; do :; done
    done
    while iptables -w -D FORWARD -i "$bridge" -j ACCEPT 2>/dev/null; do :; done
    while iptables -w -D FORWARD -o "$bridge" -j ACCEPT 2>/dev/null; do :; done
    while iptables -w -t nat -D POSTROUTING -s "10.213.$n.0/24" ! -o "$bridge" -j MASQUERADE 2>/dev/null; do :; done
  fi
  for namespace in /run/netns/"$bridge"-*; do
    [ ! -e "$namespace" ] || ip netns del "${namespace##*/}"
  done
  for link in /sys/class/net/"$bridge"h*; do
    # A veth vanishes with the namespace of its other end, but a little later: no error if it is gone by now.
    [ ! -e "$link" ] || ip link del "${link##*/}" 2>/dev/null || true
  done
  [ ! -e "/sys/class/net/$bridge" ] || ip link del "$bridge"
}
