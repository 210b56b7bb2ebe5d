# Becomes the monitor of one sandbox. Runs in its own mount namespace, so that its mounts disappear
# with the sandbox's last process, and in its own network namespace unless the sandbox uses the
# machine's.
#
# Reads two lines from stdin, a pipe from the driver: the sandbox's id, and `go`, or `talk` for an
# interactive command. If the driver dies earlier, stdin closes and the launcher exits.
#
# Arguments: a file that sets `slot` (the launcher's name), `join` and `leave` (control groups, one
# per line), `network`, `inside` (a batch for ip), `ids` (the sandbox's id map), `alone` (set if the
# driver has no kernel thread for the remaining setup) and `first` (without control groups: the file
# that contains the id of the first process, see pid-groups.ts); the runtime wrapper. The working
# directory is the driver's.
set -eu
wrapper=$2
. "$1"

newline='
'
IFS=$newline
for group in $join; do echo 0 >"$group/cgroup.procs"; done
unset IFS
[ -z "$first" ] || echo "$$" >"$first"

if [ -n "$alone" ] && [ -z "$first" ]; then
  # The kernel counts timers, pending signals and queued bytes per owner of a user namespace. If
  # sandboxes shared an owner, one of them could exhaust these for all others and for the machine's
  # root. The process id makes the owner unique.
  owner=$((1073741824 + $$))
  setpriv --reuid="$owner" --regid="$owner" --clear-groups --inh-caps=+sys_admin --ambient-caps=+sys_admin \
    unshare --user sh -c 'echo "$$"; exec sleep 60' | {
    read -r holder
    echo "$ids" >"/proc/$holder/uid_map"
    echo "$ids" >"/proc/$holder/gid_map"
    mount --bind "/proc/$holder/ns/user" /run/harmont/user
    # SIGPIPE, because shells report every other signal on stderr, which is for errors.
    kill -PIPE "$holder"
  } &
  user=$!
fi

if [ "$network" != host ]; then
  # Set here, because the namespace belongs to the machine's root, and root inside may not set it.
  echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
  # Inherited from the machine. Services must not reach the Internet through the sandbox's link.
  echo 0 >/proc/sys/net/ipv4/ip_forward
  [ ! -e /proc/sys/net/ipv6/conf/all/forwarding ] || echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
  # Otherwise sent data returns to the socket with its timestamp, in memory charged to no group.
  [ ! -e /proc/sys/net/core/tstamp_allow_data ] || echo 0 >/proc/sys/net/core/tstamp_allow_data
  # In an ordinary user's namespace fewer ids exist.
  [ -z "$first" ] || groups='100000 165535'
  echo "${groups:-0 2147483647}" >/proc/sys/net/ipv4/ping_group_range
  if [ "$network" = egress ] && [ -e /proc/sys/net/ipv6/conf/all/disable_ipv6 ]; then
    echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
  fi
  # A here-document, because a pipe from printf would take another process.
  [ -z "$alone" ] || ip -batch - <<END
$inside
END
fi
[ -z "$alone" ] || [ -n "$first" ] || wait "$user"
echo "$slot waiting $$"

IFS= read -r id || exit 0
sandbox=$PWD/sandboxes/$id
state=$sandbox/state
if [ -n "$alone" ]; then
  # Reserves space for the spool, so that the monitor keeps running on a full disk (see running.ts).
  # If the file system cannot reserve space, missing output is detected at the command's end.
  true >>"$sandbox/spool"
  fallocate --keep-size --length 1048576 "$sandbox/spool" &
  # Layers are relative to the working directory, because the kernel accepts 255 bytes per name.
  mount -a -T "$state/fstab"
  if wait $!; then true >"$state/spool-held"; else
    set -- $(stat --file-system --format='%S %a' "$sandbox")
    [ $(($1 * $2)) -ge 4194304 ] || { echo 'No space left on device'; exit 1; } >&2
  fi
fi
[ ! -e "$state/network" ] || . "$state/network"
echo "$slot mounted"

IFS= read -r way || exit 0
[ ! -e "$sandbox/script" ] || mount --bind "$sandbox/script" /run/harmont/script
[ ! -e "$sandbox/split" ] || mount --bind "$sandbox/split" /run/harmont/split
. "$state/runtime"
[ "$way" = go ] || . "${wrapper%/*}/terminal.sh"
export HARMONT_LEAVE="$leave" HARMONT_STATE="$state" HARMONT_BUNDLE="$bundle" HARMONT_RUNTIME="$runtime" HARMONT_CONTAINER="$container" HARMONT_FIRST="$first" HARMONT_PIDS="$pids" _OCI_SYNCPIPE=3
# The log has errors only, because it is in memory, and conmon warns about every piece of output
# that a full disk refuses. The process that conmon forks is the first one in unshare's namespace;
# conmon records its id as seen from outside. At the end conmon calls keep-output.sh.
exec ${first:+unshare --pid} conmon --api-version 1 --cid "$id" --cuuid "$id" --name "$id" --runtime "$wrapper" --bundle "$bundle" \
  --container-pidfile "$state/pid" --conmon-pidfile "${first:-$state/conmon.pid}" --log-path "k8s-file:$sandbox/spool" \
  --exit-dir "$state/exit" --exit-command /bin/sh --exit-command-arg "${wrapper%/*}/keep-output.sh" \
  --exit-command-arg "$sandbox/output" --exit-command-arg "$state/exit/output" --socket-dir-path "$state/socket" --no-sync-log --log-level error \
  3>"$state/exit/sync" >"$state/conmon.log" 2>&1 </dev/null
