#!/bin/sh
# Runs `harmont` in a container, and starts it again in place when it dies: commands of steps end with
# the container, but not with the runner, whose next start follows them.
#
# Ends with the code of `harmont` when that was asked to stop, when it ended with 0 or 75 (it needs a
# newer release), and when it gave up within ten seconds, as after a wrong setting.
set -u

seconds() {
  read -r up _ </proc/uptime
  echo "${up%.*}"
}

# Leaves the container's own control group to those of the steps, which then count towards its limits.
own=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)
if [ -w "$own/cgroup.subtree_control" ] && [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mkdir -p "$own/harmont-server" && echo $$ >"$own/harmont-server/cgroup.procs"
fi

child=
asked=
stop() {
  asked=yes
  if [ -n "$child" ]; then kill -TERM "$child"; fi
}
trap stop TERM INT HUP

while :; do
  began=$(seconds)
  harmont "$@" &
  child=$!
  if [ -n "$asked" ]; then kill -TERM "$child"; fi
  # A trapped signal ends `wait` before the child has ended.
  while :; do
    wait "$child"
    code=$?
    kill -0 "$child" 2>/dev/null || break
  done
  child=
  if [ -n "$asked" ] || [ "$code" = 0 ] || [ "$code" = 75 ]; then exit "$code"; fi
  if [ "$code" -le 128 ] && [ $(($(seconds) - began)) -lt 10 ]; then exit "$code"; fi
  echo "harmont ended with $code; starting it again" >&2
  sleep 1
done
