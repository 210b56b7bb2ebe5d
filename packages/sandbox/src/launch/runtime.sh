#!/bin/sh
# What conmon takes for its runtime. One call of it creates and starts the command where two would be usual [3 ms], and
# conmon (our parent) leaves the payload's control groups, which it joined as the launcher, while it works.
set -f
IFS='
'
{ for group in $HARMONT_LEAVE; do echo "$PPID" >"$group/cgroup.procs"; done; } </dev/null >/dev/null 2>&1 &
if [ -n "$HARMONT_FIRST" ]; then
  # Of a pid namespace of our own the runtime must find the processes where it looks for them.
  mount -t proc harmont-proc /proc || exit
  $HARMONT_RUNTIME create --bundle "$HARMONT_BUNDLE" --pid-file "$HARMONT_STATE/pid" "$HARMONT_CONTAINER" </run/harmont/null || exit
  # Instead of a control group the kernel counts processes for each user in the sandbox, from before the command begins.
  prlimit --pid "$(cat "$HARMONT_STATE/pid")" --nproc="$HARMONT_PIDS:$HARMONT_PIDS" || exit
  exec $HARMONT_RUNTIME start "$HARMONT_CONTAINER"
fi
exec $HARMONT_RUNTIME run --detach --bundle "$HARMONT_BUNDLE" --pid-file "$HARMONT_STATE/pid" "$HARMONT_CONTAINER" \
  </run/harmont/null
