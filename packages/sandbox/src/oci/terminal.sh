# Sourced by launcher.sh in the place of a monitor: runs a command that somebody talks to, by pipes in the sandbox's directory.
#
# Not conmon: it keeps all output on disk at its own speed, and takes input from a kind of socket that Node does not open. Here
# whoever does not read makes the command wait.
#
# Such a command is worth nothing without the driver, and ends with it: when the other end of our stdin is closed.
IFS=$newline
set -- $join
payload=$1
crun --root "$PWD/crun" --cgroup-manager=disabled --log "$sandbox/conmon.log" run \
  --bundle "$sandbox" --pid-file "$sandbox/pid" "$id" <"$sandbox/input" >"$sandbox/output" 2>"$sandbox/errors" &
command=$!
for group in $leave; do echo 0 >"$group/cgroup.procs"; done
exec 3<&0
{
  while read -r _; do :; done
  echo 1 >"$payload/cgroup.kill"
} <&3 >/dev/null 2>&1 &
guard=$!
code=0
wait "$command" || code=$?
# Where crun alone was killed the command would go on, unseen.
echo 1 >"$payload/cgroup.kill"
echo "$code" >"$sandbox/exit.new"
mv "$sandbox/exit.new" "$sandbox/exit/$id"
kill "$guard" 2>/dev/null || :
exit 0
