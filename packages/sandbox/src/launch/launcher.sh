# Becomes one sandbox's monitor. Runs in a mount namespace of its own, so that its mounts are gone when the last process of the
# sandbox is; and, unless the network is the machine's, in a network namespace of its own.
#
# Waits twice on stdin, whose other end the driver holds: for the sandbox it shall be, and for the word to start, which is `go`, or
# `talk` for a command that somebody talks to. A driver
# that dies before the second closes stdin, and nothing is left of us.
#
# Arguments: the file that sets `slot` (our name), `join` and `leave` (control groups, one a line), `network`, `inside` (a batch
# for ip), `ids` (the line that maps a sandbox's), `first` (where there are no control groups: the file that names the first process, see pid-groups.ts); the runtime wrapper.
# The working directory is the driver's.
set -eu
wrapper=$2
. "$1"

newline='
'
IFS=$newline
for group in $join; do echo 0 >"$group/cgroup.procs"; done
unset IFS
[ -z "$first" ] || echo "$$" >"$first"

if [ -z "$first" ]; then
  # The kernel counts timers, signals that wait and bytes in queues for the owner of a user namespace too: had all sandboxes' one owner, one of them could use
  # up what the others and the machine's root may have. Nobody else has our process id, nor a user of that number.
  owner=$((1073741824 + $$))
  setpriv --reuid="$owner" --regid="$owner" --clear-groups --inh-caps=+sys_admin --ambient-caps=+sys_admin \
    unshare --user sh -c 'echo "$$"; exec sleep 60' | {
    read -r holder
    echo "$ids" >"/proc/$holder/uid_map"
    echo "$ids" >"/proc/$holder/gid_map"
    mount --bind "/proc/$holder/ns/user" /run/harmont/user
    # Of this signal alone no shell says on stderr, which is for complaints, that it ended a process.
    kill -PIPE "$holder"
  } &
  user=$!
fi

if [ "$network" != host ]; then
  # Set here since the namespace belongs to the machine's root: root inside may not, and need not.
  echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
  # Else what a socket has sent comes back to it with its time, and is held as nobody's memory.
  [ ! -e /proc/sys/net/core/tstamp_allow_data ] || echo 0 >/proc/sys/net/core/tstamp_allow_data
  # In a user namespace there are fewer.
  [ -z "$first" ] || groups='100000 165535'
  echo "${groups:-0 2147483647}" >/proc/sys/net/ipv4/ping_group_range
  if [ "$network" = egress ] && [ -e /proc/sys/net/ipv6/conf/all/disable_ipv6 ]; then
    echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
  fi
  # Not piped from printf, which would be a process more.
  ip -batch - <<END
$inside
END
fi
[ -n "$first" ] || wait "$user"
echo "$slot waiting $$"

IFS= read -r id || exit 0
sandbox=$PWD/sandboxes/$id
state=$sandbox/state
# The monitor goes on when its spool takes no more: so much of it a full disk does not take away (running.ts knows how much). Where the file system cannot set
# it aside, what is missing is looked for at the end.
true >>"$sandbox/spool"
fallocate --keep-size --length 1048576 "$sandbox/spool" &
# Layers are named relative to the working directory: the kernel takes 255 bytes a name.
mount -a -T "$state/fstab"
if wait $!; then true >"$state/spool-held"; else
  set -- $(stat --file-system --format='%S %a' "$sandbox")
  [ $(($1 * $2)) -ge 4194304 ] || { echo 'No space left on device'; exit 1; } >&2
fi
echo "$slot mounted"

IFS= read -r way || exit 0
[ ! -e "$sandbox/script" ] || mount --bind "$sandbox/script" /run/harmont/script
. "$state/runtime"
[ "$way" = go ] || . "${wrapper%/*}/terminal.sh"
export HARMONT_LEAVE="$leave" HARMONT_STATE="$state" HARMONT_BUNDLE="$bundle" HARMONT_RUNTIME="$runtime" HARMONT_CONTAINER="$container" HARMONT_FIRST="$first" HARMONT_PIDS="$pids" _OCI_SYNCPIPE=3
# Its errors alone are kept: it warns of every piece of output that a full disk does not take, and what it says lies in memory.
# What conmon forks, and stays, is the first process of the namespace that unshare makes; conmon notes its id as it is out here.
exec ${first:+unshare --pid} conmon --api-version 1 --cid "$id" --cuuid "$id" --name "$id" --runtime "$wrapper" --bundle "$bundle" \
  --container-pidfile "$state/pid" --conmon-pidfile "${first:-$state/conmon.pid}" --log-path "k8s-file:$sandbox/spool" \
  --exit-dir "$state/exit" --socket-dir-path "$state/socket" --no-sync-log --log-level error \
  3>"$state/exit/sync" >"$state/conmon.log" 2>&1 </dev/null
