#!/bin/sh
# Runs this tree's sandboxes on a machine that has control groups v2 alone: Debian 13 with systemd, emulated, without hardware virtualization. For root on Debian.
# Takes some five minutes to make the machine, and twenty for the conformance suite of crun and that of services, on two cores that nobody else uses.
# No part of `npm test`.
#
#   test/machines/v2-machine.sh [DIRECTORY]        makes the machine where it is not there yet, and runs the suites on it
#   KERNEL=cgroup_disable=memory …                 starts its kernel with more words
#   RUN='node_modules/.bin/hm doctor' …            runs another command, in the tree
#   RUN='vitest run --project root packages/sandbox/conformance/attacks/attacks.root.test.ts' …
#   SUITES=packages/sandbox/conformance/services.root.test.ts …
#
# What is committed is run, with the node_modules of this tree. The disk is as it was made at each start.
set -eu
place=${1:-/var/tmp/harmont-v2-machine}
tree=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
root=$place/root
export PATH="$tree/node_modules/.bin:$PATH"
suites=${SUITES:-packages/sandbox/conformance/oci.root.test.ts packages/sandbox/conformance/services.root.test.ts}
# Timings of the suites are for real machines.
suite="vitest run $suites --reporter=verbose --testTimeout=900000 --hookTimeout=900000"

make_root() {
  apt-get install -y --no-install-recommends qemu-system-x86 seabios mmdebstrap openssh-client
  packages=$(node -e "import('$tree/scripts/system-packages.ts').then(({ productPackages: all }) => console.log(all.map(({ name }) => name).join()))")
  mmdebstrap --variant=minbase --include="$packages,systemd-sysv,dbus,udev,kmod,linux-image-cloud-amd64,initramfs-tools,openssh-server,libpam-systemd,procps,python3,libcap2-bin,e2fsprogs,uidmap" \
    trixie "$root.new"
  ssh-keygen -q -t ed25519 -N '' -f "$place/key"
  install -D -m 600 "$place/key.pub" "$root.new/root/.ssh/authorized_keys"
  printf '[Match]\nName=eth0\n[Network]\nDHCP=yes\n' >"$root.new/etc/systemd/network/eth0.network"
  chroot "$root.new" systemctl enable systemd-networkd
  echo overlay >"$root.new/etc/modules-load.d/harmont.conf"
  echo '/dev/vda / ext4 defaults 0 1' >"$root.new/etc/fstab"
  echo v2-machine >"$root.new/etc/hostname"
  mv "$root.new" "$root"
}

make_disk() {
  rm -rf "$root/srv/harmont"
  git clone --quiet "$tree" "$root/srv/harmont"
  cp -a "$tree/node_modules" "$root/srv/harmont/"
  (cd "$tree" && find packages -name node_modules -prune -print0 | tar --null -T - -cf -) | tar -xf - -C "$root/srv/harmont"
  rm -f "$place/disk"
  mke2fs -q -t ext4 -d "$root" "$place/disk" 10G
}

on_machine() {
  ssh -q -i "$place/key" -p "$port" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ServerAliveInterval=30 root@127.0.0.1 "$@"
}

mkdir -p "$place"
[ -d "$root" ] || make_root
make_disk
port=$(node -e "const server = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(server.address().port); server.close() })")
nice -n 15 qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max -smp 2 -m 4096 -display none -serial "file:$place/console" \
  -kernel "$root/vmlinuz" -initrd "$root/initrd.img" -append "root=/dev/vda rw console=ttyS0 net.ifnames=0 cgroup_no_v1=all ${KERNEL:-}" \
  -drive "file=$place/disk,format=raw,if=virtio,snapshot=on,cache=unsafe" \
  -netdev "user,id=net,hostfwd=tcp:127.0.0.1:$port-:22" -device virtio-net-pci,netdev=net &
machine=$!
trap 'kill $machine' EXIT
until on_machine -o ConnectTimeout=10 true; do kill -0 $machine && sleep 2; done
on_machine 'uname -sr; grep cgroup /proc/self/mounts'
code=0
on_machine "cd /srv/harmont && PATH=/srv/harmont/node_modules/.bin:\$PATH && ${RUN:-$suite}" || code=$?
echo 'Control groups of ours that are left:'
on_machine 'find /sys/fs/cgroup -name "harmont*"'
exit $code
