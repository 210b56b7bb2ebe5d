# Ends what must end though no server watches: commands whose deadline has passed, that wrote more than they may, or whose sockets hold more than they may.
# One for each driver directory, kept so by a lock that it holds as file descriptor 9; ends when there has
# been no command to watch for 5 s.
#
# Files are made with `true`: after `:`, which is special, a full disk would end this shell.
#
# A sandbox is watched while its state has `deadline` (hundredths of a second of the machine's uptime) and no exit file. Its `watch` says,
# a line each: the control group of its command, the disk limit in bytes, bytes used on the file system when it started; then, but for a sandbox of an earlier
# release, how much its sockets may hold (0: nobody counts), the file that says what TCP and UDP hold of it (or nothing), its network mode, and the control
# groups that count its processes and its processor time (or nothing).
set -u
cd "$1" || exit 1

now_seconds() { read -r uptime _ </proc/uptime; seconds=${uptime%.*}; }

# Reads what is known of a sandbox that is watched.
read_watch() {
  id=${sandbox#sandboxes/} state=$sandbox/state
  { read -r deadline <"$state/deadline"; } 2>/dev/null || return
  [ ! -e "$state/exit/$id" ] || return
  pids= sockets=0
  {
    read -r group && read -r limit && read -r before || return
    read -r sockets && read -r transport && read -r network && read -r pids && read -r cpu
  } 2>/dev/null <"$state/watch"
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
    slow_down
    [ "$now" -ge "$deadline" ] || continue
    true >"$state/overdue"
    kill_command
  done
}

# Leaves a tenth of a processor to a command that was refused a process a thousand times, as a fork bomb is: it has as many as it may. Thousands that fork and
# end all write to the lists of those that use the C library, under a lock that one of them may hold while it waits for its turn. Whoever starts a program
# then waits for seconds each time [bench/attacks.md].
slow_down() {
  [ -n "$pids" ] && [ ! -e "$state/slowed" ] || return
  { read -r _ refused <"$pids/pids.events"; } 2>/dev/null || return
  [ "$refused" -ge 1000 ] || return
  quota=$cpu/cpu.max
  [ -e "$quota" ] || quota=$cpu/cpu.cfs_quota_us
  { read -r share _ <"$quota"; } 2>/dev/null || return
  # Both count in 100 ms. Of version 2 it is `max` where there is no limit.
  [ "$share" != max ] && [ "$share" -le 10000 ] && [ "$share" -gt 0 ] || echo 10000 >"$quota"
  true >"$state/slowed"
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

# Looks at what sockets hold that the memory of no control group has, beside all else: what waits in them to be read, which programs can send to themselves.
look_at_sockets() {
  for sandbox in sandboxes/*; do
    read_watch || continue
    [ "$sockets" -gt 0 ] || continue
    held=0
    # The kernel gives every socket of TCP a little beyond any limit.
    [ -z "$transport" ] || { read -r held <"$transport"; } 2>/dev/null || held=0
    if [ "$network" != host ] && { read -r first <"$group/cgroup.procs" && read -r _ _ many <"/proc/$first/net/sockstat"; } 2>/dev/null; then
      # Steps have few, and they hold little then.
      [ "$many" -le 16 ] || held=$(held_in "/proc/$first/net" "$held")
    fi
    # Nothing was said of a namespace that has just gone.
    [ "${held:-0}" -gt "$sockets" ] || continue
    true >"$state/memory-limit-hit"
    kill_command
  done
}

# Bytes that sockets of a network namespace hold: decimal for netlink, hexadecimal behind a colon for others. What UDP holds may be among those that were
# counted with TCP's, but for errors.
held_in() {
  place=$1 counted=$2
  set --
  for file in netlink icmp icmp6 udp udp6; do [ ! -e "$place/$file" ] || set -- "$@" "$place/$file"; done
  awk -v counted="$counted" '
    FNR == 1 { next }
    FILENAME ~ /netlink$/ { sum += $5; next }
    { bytes = 0; for (at = index($5, ":") + 1; at <= length($5); at++) bytes = 16 * bytes + index("123456789ABCDEF", substr($5, at, 1)) }
    FILENAME ~ /udp6?$/ { udp += bytes; next }
    { sum += bytes }
    END { printf "%.0f\n", sum + (udp > counted ? udp : counted) }
  ' "$@" 2>/dev/null
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
looking= counting=
while :; do
  scan
  if [ -n "$watched" ]; then idle=0; else idle=$((idle + 1)); fi
  if [ -n "$watched" ] && { [ -z "$looking" ] || ! kill -0 "$looking" 2>/dev/null; }; then
    # Without the lock, which another watchdog waits for when this one is killed.
    look 9>&- &
    looking=$!
  fi
  if [ -n "$watched" ] && { [ -z "$counting" ] || ! kill -0 "$counting" 2>/dev/null; }; then
    look_at_sockets 9>&- &
    counting=$!
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
