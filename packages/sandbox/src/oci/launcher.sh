# Becomes one sandbox's monitor. Runs in a mount namespace of its own, so that its mounts are gone when the last process of the
# sandbox is; and, unless the network is the machine's, in a network namespace of its own.
#
# Waits twice on stdin, whose other end the driver holds: for the sandbox it shall be, and for the word to start. A driver
# that dies before the second closes stdin, and nothing is left of us.
#
# Arguments: the driver's directory (which is the working directory too), the runtime wrapper, the network mode, a batch for
# ip inside, one for ip outside, the process whose network namespace is outside, a file of mounts, a resolv.conf.
# Environment: HARMONT_JOIN and HARMONT_LEAVE, control groups, one a line.
set -eu
directory=$1 wrapper=$2 network=$3 inside=$4 outside=$5 server=$6 mounts=$7 resolver=$8

IFS='
'
for group in $HARMONT_JOIN; do echo 0 >"$group/cgroup.procs"; done
unset IFS

if [ "$network" != host ]; then
  # Set here since the namespace belongs to the machine's root: root inside may not, and need not.
  echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
  echo '0 2147483647' >/proc/sys/net/ipv4/ping_group_range
  if [ -e /proc/sys/net/ipv6/conf/all/disable_ipv6 ]; then
    [ "$network" = none ] || echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
  fi
  printf '%s\n' "$inside" | ip -batch -
  [ -z "$outside" ] || printf '%s\n' "$outside" | nsenter --net="/proc/$server/ns/net" ip -batch -
fi

mount -a -T "$mounts"
# crun gives what it finds as stdin to root inside. The machine's own /dev/null must not be that.
mknod /run/harmont/null c 1 3
[ -z "$resolver" ] || printf '%s\n' "$resolver" >/run/harmont/resolv.conf
echo waiting

IFS= read -r id || exit 0
sandbox=$directory/sandboxes/$id
# Layers are named relative to the working directory: the kernel takes 255 bytes a name.
mount -a -T "$sandbox/fstab"
echo mounted

IFS= read -r go || exit 0
if [ -e "$sandbox/script" ]; then cp "$sandbox/script" /run/harmont/script && chmod 555 /run/harmont/script; fi
export HARMONT_SANDBOX="$sandbox" HARMONT_ID="$id" HARMONT_CRUN_STATE="$directory/crun" _OCI_SYNCPIPE=3
exec conmon --api-version 1 --cid "$id" --cuuid "$id" --name "$id" --runtime "$wrapper" --bundle "$sandbox" \
  --container-pidfile "$sandbox/pid" --conmon-pidfile "$sandbox/conmon.pid" --log-path "k8s-file:$sandbox/spool" \
  --exit-dir "$sandbox/exit" --socket-dir-path "$sandbox/socket" --no-sync-log --log-level warning \
  3>"$sandbox/sync" >"$sandbox/conmon.log" 2>&1 </dev/null
