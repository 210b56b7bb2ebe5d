#!/bin/sh
# conmon calls this script instead of the runtime. One call creates and starts the command, instead
# of the usual two [3 ms]. Meanwhile conmon, the parent process, leaves the payload's control
# groups, which it joined as the launcher.
set -f
IFS='
'
{ for group in $HARMONT_LEAVE; do echo "$PPID" >"$group/cgroup.procs"; done; } </dev/null >/dev/null 2>&1 &
if [ -n "$HARMONT_FIRST" ]; then
  # The runtime needs the /proc of its own pid namespace.
  mount -t proc harmont-proc /proc || exit
  $HARMONT_RUNTIME create --bundle "$HARMONT_BUNDLE" --pid-file "$HARMONT_STATE/pid" "$HARMONT_CONTAINER" </run/harmont/null || exit
  # Without a control group, the kernel limits processes per user of the sandbox. The limit is set
  # before the command begins.
  prlimit --pid "$(cat "$HARMONT_STATE/pid")" --nproc="$HARMONT_PIDS:$HARMONT_PIDS" || exit
  exec $HARMONT_RUNTIME start "$HARMONT_CONTAINER"
fi
exec $HARMONT_RUNTIME run --detach --bundle "$HARMONT_BUNDLE" --pid-file "$HARMONT_STATE/pid" "$HARMONT_CONTAINER" \
  </run/harmont/null
