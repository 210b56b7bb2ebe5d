# Kills commands that passed their deadline, wrote too much, or whose sockets hold too much memory.
# Also kills commands whose directory was removed. Runs independently of the server, once per driver
# directory, which a lock on file descriptor 9 enforces. Ends after 5 s without a command.
#
# Creates files with `true`, because `:` is a special builtin: on a full disk its failure would end
# this shell.
#
# A sandbox is watched while its state has `deadline` (hundredths of a second of uptime) and no exit
# file. The lines of its `watch` are the command's control group, the disk limit in bytes, and the
# bytes in use on the file system at its start. Unless an earlier release wrote the file, more lines
# follow: the limit of socket memory (0 for none), the file with the memory of TCP and UDP or
# nothing, the network mode, and the control groups that count processes and processor time or
# nothing.
set -u
cd "$1" || exit 1

now_seconds() { read -r uptime _ </proc/uptime; seconds=${uptime%.*}; }

# Reads the parameters of a watched sandbox.
read_watch() {
  id=${sandbox#sandboxes/} state=$sandbox/state
  { read -r deadline <"$state/deadline"; } 2>/dev/null || return
  [ ! -e "$state/exit/$id" ] || return
  pids= cpu= sockets=0
  {
    read -r group && read -r limit && read -r before || return
    read -r sockets && read -r transport && read -r network && read -r pids && read -r cpu
  } 2>/dev/null <"$state/watch"
  [ -e "$group/cgroup.kill" ] || [ -e "${group%/payload}/first" ]
}

# Enforces deadlines. Starts no process and never blocks, because other processes may restart a step
# whose command must have ended by then.
scan() {
  kill_abandoned
  watched=
  last=$known
  known=
  now_seconds
  now=$seconds${uptime#*.}
  for sandbox in sandboxes/*; do
    read_watch || continue
    watched=1
    known="$known$group	$sandbox	$pids	$cpu
"
    slow_down
    [ "$now" -ge "$deadline" ] || continue
    true >"$state/overdue"
    kill_command
  done
  [ "$known" = "$last" ] || counts=
}

# Sets the variables of a line of `known`.
split() {
  IFS='	'
  set -- $1
  IFS=$usual
  group=$1 sandbox=$2 state=$2/state pids=${3-} cpu=${4-}
}

# Kills the commands of the last scan whose files have been removed while their control group
# exists. A driver removes the group first, so another program removed the directory, and no other
# process knows the command.
kill_abandoned() {
  IFS='
'
  for line in $known; do
    split "$line"
    [ -e "$state" ] || [ ! -e "$group/cgroup.kill" ] || echo 1 >"$group/cgroup.kill"
  done
  IFS=$usual
}

# Limits a command to a tenth of a processor after a thousand refused forks, which indicates a fork
# bomb. Thousands of processes that fork and exit contend for the kernel's lock on the mappings of
# the C library, and every start of a program on the machine takes seconds [bench/attacks.md]. Also
# lifts limits that slow_growth set.
slow_down() {
  [ -n "$pids" ] && { read -r _ refused <"$pids/pids.events"; } 2>/dev/null || return
  read_slowed
  if [ "$refused" -ge 1000 ]; then
    [ "$times" -gt 2 ] || { times=2 && limit_processor; }
  elif [ "$until" -gt 0 ] && [ "$seconds" -ge "$until" ]; then
    echo "$share" >"$quota" && echo "$times 0" >"$state/slowed"
  fi
}

# Limits a command in the same way while it still grows: if its tasks increased by 50 since the last
# tick, while 50 tasks for each processor were ready to run. A command of fewer than 50 processes does
# not count: its tasks are threads. A build may start many programs at once, so the first limit lasts
# for two seconds, the second for ten, and only the third for good. Starts no program, because a bomb
# delays that.
slow_growth() {
  ready=0
  read -r _ _ _ ready _ </proc/loadavg
  if [ "${ready%/*}" -lt "$crowd" ]; then
    counts=
    return
  fi
  now_seconds
  set -- $counts
  counts=
  IFS='
'
  for line in $known; do
    split "$line"
    count=
    [ -z "$pids" ] || { read -r count <"$pids/pids.current"; } 2>/dev/null
    count=${count:-0}
    if [ $((count - ${1:-$count})) -ge 50 ] && has_processes 50; then
      read_slowed
      [ "$until" -gt 0 ] || limit_processor
    fi
    counts="$counts $count"
    [ $# = 0 ] || shift
  done
  IFS=$usual
}

# Returns whether the command has this many processes.
has_processes() {
  left=$1
  while [ "$left" -gt 0 ] && read -r _; do left=$((left - 1)); done <"$group/cgroup.procs"
  [ "$left" = 0 ]
} 2>/dev/null

# Reads how many times a command was slowed down, until which second (0 if it is not, or for good),
# and its share of the processors before.
read_slowed() {
  times= until= share= quota=$cpu/cpu.max
  { read -r times until share <"$state/slowed"; } 2>/dev/null
  times=${times:-0} until=${until:-0}
  [ -e "$quota" ] || quota=$cpu/cpu.cfs_quota_us
}

# Both versions of control groups count per 100 ms. For no limit, version 2 has `max`, version 1 a
# negative number.
limit_processor() {
  [ "$until" -gt 0 ] || { read -r share _ <"$quota"; } 2>/dev/null || return
  [ "$share" = max ] || [ "$share" -gt 10000 ] || [ "$share" -lt 0 ] || return
  times=$((times + 1))
  case $times in
    1) until=$((seconds + 2)) ;;
    2) until=$((seconds + 10)) ;;
    *) until=0 ;;
  esac
  # On a full disk, only a limit that will not be lifted is set.
  echo "$times $until $share" >"$state/slowed" || [ "$until" = 0 ] || return
  echo 10000 >"$quota"
}

# Checks disk use in the background: it may be slow, with many files.
look() {
  # A file counts 4,096 bytes in addition to its content.
  set -- $(stat --file-system --format='%S %b %f %c %d' .)
  used=$(($1 * ($2 - $3) + 4096 * ($4 - $5)))
  # Output may have been lost.
  full=$(($1 * $3 < 4194304))
  for sandbox in sandboxes/*; do
    read_watch || continue
    [ "$full" = 0 ] || true >"$state/disk-full"
    now_seconds
    # The growth of the whole file system is an upper bound for this sandbox's files, except for
    # concurrent removals by others. Therefore all its files are also measured regularly, within a
    # limited part of the time.
    { read -r urgent routine base <"$state/measured"; } 2>/dev/null || {
      urgent=0 routine=$((seconds + 30)) base=$before
      echo "$urgent $routine $base" >"$state/measured"
    }
    if [ $((used - base)) -gt "$limit" ] && [ "$seconds" -ge "$urgent" ] || [ "$seconds" -ge "$routine" ]; then
      measure
    fi
  done
}

# Checks, in the background, socket memory that is charged to no control group: unread data, which
# programs can send to themselves.
look_at_sockets() {
  for sandbox in sandboxes/*; do
    read_watch || continue
    [ "$sockets" -gt 0 ] || continue
    held=0
    # The kernel grants every TCP socket a little beyond any limit.
    [ -z "$transport" ] || { read -r held <"$transport"; } 2>/dev/null || held=0
    if [ "$network" != host ] && { read -r first <"$group/cgroup.procs" && read -r _ _ many <"/proc/$first/net/sockstat"; } 2>/dev/null; then
      # Ordinary steps have few sockets, which hold little.
      [ "$many" -le 16 ] || held=$(held_in "/proc/$first/net" "$held")
    fi
    # Empty if the namespace has just disappeared.
    [ "${held:-0}" -gt "$sockets" ] || continue
    true >"$state/memory-limit-hit"
    kill_command
  done
}

# Prints the bytes held by sockets of a network namespace: decimal for netlink, hexadecimal after a
# colon for others. UDP's bytes, except errors, may already be counted with TCP's.
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

# Without control groups, kills the first process below the monitor, which ends the command.
kill_command() {
  if [ -e "$group/cgroup.kill" ]; then
    echo 1 >"$group/cgroup.kill"
    return
  fi
  # The file has no newline.
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

# Ticks every 50 ms without starting programs, which a fork bomb delays. Ends with the watchdog.
start_ticks() {
  rm -f watchdog.ticks
  mkfifo watchdog.ticks || return
  # Opened for both first, so that no open waits for another process.
  exec 7<>watchdog.ticks 8<watchdog.ticks 6>watchdog.ticks 7<&-
  perl -e 'select undef, undef, undef, 0.05 while syswrite STDOUT, "\n"' >&6 6>&- 8<&- 9>&- &
  exec 6>&-
  rm -f watchdog.ticks
}

# Waits half a second and looks for growing fork bombs meanwhile. Without ticks, sleeps.
wait_for_scan() {
  ticks=10
  while [ "$ticks" -gt 0 ]; do
    read -r _ <&8 || { sleep 0.5 && return; }
    slow_growth
    ticks=$((ticks - 1))
  done
} 2>/dev/null

echo $$ >watchdog.pid
idle=0
looking= counting=
known= counts= usual=$IFS
crowd=$((50 * $(nproc)))
start_ticks
while :; do
  scan
  if [ -n "$watched" ]; then idle=0; else idle=$((idle + 1)); fi
  if [ -n "$watched" ] && { [ -z "$looking" ] || ! kill -0 "$looking" 2>/dev/null; }; then
    # Started without the lock, which the next watchdog needs if this one is killed.
    look 8<&- 9>&- &
    looking=$!
  fi
  if [ -n "$watched" ] && { [ -z "$counting" ] || ! kill -0 "$counting" 2>/dev/null; }; then
    look_at_sockets 8<&- 9>&- &
    counting=$!
  fi
  if [ "$idle" -ge 10 ]; then
    # If a caller registers a command and then finds the pid file, the scan after the file's removal
    # must see the command. If it does not find the file, it starts another watchdog, which waits
    # for the lock.
    rm -f watchdog.pid
    scan
    [ -n "$watched" ] || exit 0
    echo $$ >watchdog.pid
    idle=0
  fi
  wait_for_scan
done
