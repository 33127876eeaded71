# shellcheck shell=bash
# Sourced by `lab`: the second kind of host, a virtual machine. It has a kernel of its own, and so real cgroup limits, disk
# quotas, and power cuts that lose what was not synced. Its processor is emulated: it boots in half a minute.
#
# A machine's folder holds, besides what host.sh names: disk.img, kernel, initrd, and ssh (the socket of a standing
# connection, by which `lab exec` is quick). It is made of the same roots as the other hosts.

is_machine() { [ -e "$LAB_STATE/$1/machines" ]; }

# A folder in which ssh's socket has a path short enough (107 bytes) and which sweep finds by the lab's number.
machine_ssh_socket() { printf '/run/%s%s-%s.ssh' "$LAB_PREFIX" "$1" "$2"; }

# The key by which this machine signs in to its labs' machines, and the options of each such connection.
machine_key() {
  [ -e "$LAB_STATE/.machine-key" ] || ssh-keygen -q -t ed25519 -N '' -C lab -f "$LAB_STATE/.machine-key"
}
readonly MACHINE_SSH=(-q -F none -i "$LAB_STATE/.machine-key" -o BatchMode=yes -o ConnectTimeout=5
  -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -l root)

# machine_make NAME HOST INDEX NUMBER: from the merged root that host_make has laid out to a disk, a kernel, a network card.
machine_make() {
  local folder root size log
  folder=$(host_folder "$1" "$2")
  root=$folder/root
  log=$folder/console.log
  size=$(cat "$LAB_STATE/$1/disk-limit")
  # Of all modules only what finds the disk: the emulated processor would unpack the rest for seconds.
  mkdir -p "$root/etc/initramfs-tools/conf.d" "$root/usr/share/initramfs-tools/modules.d" "$root/root/.ssh"
  printf 'MODULES=list\n' >"$root/etc/initramfs-tools/conf.d/lab"
  printf '%s\n' virtio_pci virtio_blk virtio_net ext4 quota_v2 >"$root/usr/share/initramfs-tools/modules.d/lab"
  mount -t proc proc "$root/proc"
  chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    linux-image-cloud-amd64 initramfs-tools </dev/null >>"$log" 2>&1 || die "$2: the kernel could not be installed, see $log"
  chroot "$root" systemctl -q enable systemd-networkd >>"$log" 2>&1
  umount "$root/proc"
  cp -L "$root"/boot/vmlinuz-* "$folder/kernel"
  cp -L "$root"/boot/initrd.img-* "$folder/initrd"

  cp "$LAB_STATE/.machine-key.pub" "$root/root/.ssh/authorized_keys"
  # The quotas are switched on by the kernel's command line; named here, systemd would look for the package quota.
  printf '/dev/vda / ext4 defaults 0 1\n' >"$root/etc/fstab"
  cat >"$root/etc/systemd/network/10-lab.network" <<END
[Match]
Name=eth0
[Network]
Address=$(net_host4 "$4" "$3")/24
Address=$(net_host6 "$4" "$3")/64
Gateway=$(net_panel4 "$4")
Gateway=$(net_panel6 "$4")
IPv6AcceptRA=no
END
  mkfs.ext4 -q -F -m 0 -O quota,project -E quotatype=usrquota:prjquota -d "$root" "$folder/disk.img" "${size:-8G}" >>"$log" 2>&1 ||
    die "$2: its disk could not be made, see $log"
  umount "$root"
  rm -rf --one-file-system "$folder/disk"
  net_make_tap "$4" "$3"
}

# Becomes the machine. Runs in the host's cgroup, so that what takes away a host's processes takes this one.
machine_boot() {
  local folder=$1 index=$2 number=$3
  exec qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 2048 -nodefaults -no-user-config -display none \
    -chardev stdio,id=console,signal=off -serial chardev:console \
    -kernel "$folder/kernel" -initrd "$folder/initrd" \
    -append 'root=/dev/vda rw rootflags=usrquota,prjquota console=ttyS0 quiet net.ifnames=0' \
    -drive "file=$folder/disk.img,format=raw,if=virtio,discard=unmap" \
    -netdev "tap,id=card,ifname=$(net_bridge "$number")h$index,script=no,downscript=no" \
    -device "virtio-net-pci,netdev=card,mac=$(printf '52:54:00:41:%02x:%02x' "$number" "$index")" \
    -device virtio-rng-pci
}

# Keeps a connection to the machine open as long as the process PID lives, over its reboots too.
machine_connect() {
  local pid=$1 address=$2 socket=$3
  while kill -0 "$pid" 2>/dev/null; do
    rm -f "$socket"
    ssh "${MACHINE_SSH[@]}" -o ServerAliveInterval=5 -M -S "$socket" -N "$address" </dev/null >/dev/null 2>&1 || true
    sleep 0.2
  done
  rm -f "$socket"
}

machine_boot_id() { inside "$1" "$2" -- cat /proc/sys/kernel/random/boot_id; }

machine_reboot() {
  local old new
  old=$(machine_boot_id "$1" "$2")
  inside "$1" "$2" -- systemctl reboot || true
  until new=$(machine_boot_id "$1" "$2") && [ "$new" != "$old" ]; do sleep 0.5; done
  host_wait "$1" "$2"
}
