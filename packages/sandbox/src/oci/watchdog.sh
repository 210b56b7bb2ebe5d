# Ends what must end though no server watches: commands whose deadline has passed, commands that wrote more than they may.
# One for each driver directory, kept so by a lock that it holds as file descriptor 9; ends when there has
# been no command to watch for 5 s.
#
# A sandbox is watched while it has `deadline` (hundredths of a second of the machine's uptime) and no exit file. Its `watch` says,
# a line each: the control group of its command, the disk limit in bytes, bytes used on the file system when it started.
set -u
cd "$1" || exit 1

now_seconds() { read -r uptime _ </proc/uptime; seconds=${uptime%.*}; }

scan() {
  watched=
  now_seconds
  now=$seconds${uptime#*.}
  used=
  for sandbox in sandboxes/*; do
    id=${sandbox#sandboxes/}
    { read -r deadline <"$sandbox/deadline"; } 2>/dev/null || continue
    [ ! -e "$sandbox/exit/$id" ] || continue
    { read -r group && read -r limit && read -r before; } 2>/dev/null <"$sandbox/watch" || continue
    [ -e "$group/cgroup.kill" ] || continue
    watched=1
    if [ "$now" -ge "$deadline" ]; then
      : >"$sandbox/overdue"
      echo 1 >"$group/cgroup.kill"
      continue
    fi
    if [ -z "$used" ]; then
      set -- $(stat --file-system --format='%S %b %f' .)
      used=$(($1 * ($2 - $3)))
    fi
    # By how much the whole file system grew bounds what this one wrote, but for what others removed meanwhile:
    # hence a look at all its files every so often too, and never more than a part of the time.
    { read -r urgent routine base <"$sandbox/measured"; } 2>/dev/null || {
      urgent=0 routine=$((seconds + 30)) base=$before
      echo "$urgent $routine $base" >"$sandbox/measured"
    }
    if [ $((used - base)) -gt "$limit" ] && [ "$seconds" -ge "$urgent" ] || [ "$seconds" -ge "$routine" ]; then
      measure
    fi
  done
}

measure() {
  begun=$seconds
  bytes=$(du --summarize --total --block-size=1 --one-file-system "$sandbox/upper" "$sandbox/spool" 2>/dev/null | tail -n 1)
  bytes=${bytes%%[!0-9]*}
  if [ "${bytes:-0}" -gt "$limit" ]; then
    : >"$sandbox/disk-limit-hit"
    echo 1 >"$group/cgroup.kill"
  fi
  now_seconds
  took=$((seconds - begun))
  echo "$((seconds + 1 + 5 * took)) $((seconds + 30 + 20 * took)) $((used - ${bytes:-0}))" >"$sandbox/measured"
}

echo $$ >watchdog.pid
idle=0
while :; do
  scan
  if [ -n "$watched" ]; then idle=0; else idle=$((idle + 1)); fi
  if [ "$idle" -ge 10 ]; then
    # Who registers a command and then finds our name must be seen by the scan that follows its removal; who does not find it
    # starts another one, which waits for the lock.
    rm -f watchdog.pid
    scan
    [ -n "$watched" ] || exit 0
    echo $$ >watchdog.pid
    idle=0
  fi
  sleep 0.5
done
