# Ends what must end though no server watches: commands whose deadline has passed, commands that wrote more than they may.
# One for each driver directory, kept so by a lock that it holds as file descriptor 9; ends when there has
# been no command to watch for 5 s.
#
# Files are made with `true`: after `:`, which is special, a full disk would end this shell.
#
# A sandbox is watched while its state has `deadline` (hundredths of a second of the machine's uptime) and no exit file. Its `watch` says,
# a line each: the control group of its command, the disk limit in bytes, bytes used on the file system when it started.
set -u
cd "$1" || exit 1

now_seconds() { read -r uptime _ </proc/uptime; seconds=${uptime%.*}; }

# Reads what is known of a sandbox that is watched.
read_watch() {
  id=${sandbox#sandboxes/} state=$sandbox/state
  { read -r deadline <"$state/deadline"; } 2>/dev/null || return
  [ ! -e "$state/exit/$id" ] || return
  { read -r group && read -r limit && read -r before; } 2>/dev/null <"$state/watch" || return
  [ -e "$group/cgroup.kill" ] || [ -e "${group%/payload}/first" ]
}

# Keeps the deadlines. Starts no process and waits for nothing: others begin anew what must be gone by then.
scan() {
  watched=
  now_seconds
  now=$seconds${uptime#*.}
  for sandbox in sandboxes/*; do
    read_watch || continue
    watched=1
    [ "$now" -ge "$deadline" ] || continue
    true >"$state/overdue"
    kill_command
  done
}

# Looks at the disk, beside all else: it may be slow, and there may be many files.
look() {
  # A file counts 4,096 bytes besides its content.
  set -- $(stat --file-system --format='%S %b %f %c %d' .)
  used=$(($1 * ($2 - $3) + 4096 * ($4 - $5)))
  # Output may have been lost.
  full=$(($1 * $3 < 4194304))
  for sandbox in sandboxes/*; do
    read_watch || continue
    [ "$full" = 0 ] || true >"$state/disk-full"
    now_seconds
    # By how much the whole file system grew bounds what this one wrote, but for what others removed meanwhile:
    # hence a look at all its files every so often too, and never more than a part of the time.
    { read -r urgent routine base <"$state/measured"; } 2>/dev/null || {
      urgent=0 routine=$((seconds + 30)) base=$before
      echo "$urgent $routine $base" >"$state/measured"
    }
    if [ $((used - base)) -gt "$limit" ] && [ "$seconds" -ge "$urgent" ] || [ "$seconds" -ge "$routine" ]; then
      measure
    fi
  done
}

# Where there are no control groups, the command is what the monitor has below it, and ends with the first process of that.
kill_command() {
  if [ -e "$group/cgroup.kill" ]; then
    echo 1 >"$group/cgroup.kill"
    return
  fi
  # No newline ends it.
  monitor=
  { read -r monitor <"${group%/payload}/first"; } 2>/dev/null || [ -n "$monitor" ] || return
  for list in "/proc/$monitor/task"/*/children; do
    children=
    { read -r children <"$list"; } 2>/dev/null
    for child in $children; do kill -KILL "$child"; done
  done
}

total() {
  sum=$(du "$1" --summarize --total --one-file-system "$sandbox/upper" "$sandbox/spool" 2>/dev/null | tail -n 1)
  sum=${sum%%[!0-9]*}
  sum=${sum:-0}
}

measure() {
  begun=$seconds
  total --block-size=1
  bytes=$sum
  total --inodes
  bytes=$((bytes + 4096 * sum))
  if [ "$bytes" -gt "$limit" ]; then
    true >"$state/disk-limit-hit"
    kill_command
  fi
  now_seconds
  took=$((seconds - begun))
  echo "$((seconds + 1 + 5 * took)) $((seconds + 30 + 20 * took)) $((used - bytes))" >"$state/measured"
}

echo $$ >watchdog.pid
idle=0
looking=
while :; do
  scan
  if [ -n "$watched" ]; then idle=0; else idle=$((idle + 1)); fi
  if [ -n "$watched" ] && { [ -z "$looking" ] || ! kill -0 "$looking" 2>/dev/null; }; then
    # Without the lock, which another watchdog waits for when this one is killed.
    look 9>&- &
    looking=$!
  fi
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
