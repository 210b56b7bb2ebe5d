# Sourced by launcher.sh in the place of a monitor: runs a command that somebody talks to, by pipes in the sandbox's directory.
#
# Not conmon: it keeps all output on disk at its own speed, and takes input from a kind of socket that Node does not open. Here
# whoever does not read makes the command wait.
#
# Such a command is worth nothing without the driver, and ends with it: when the other end of our stdin is closed.
set -f
IFS=$newline
set -- $join
payload=${1:-}
# Without control groups: the first process of a pid namespace, which ends with us. What it has below it is the command.
end_command() { if [ -z "$first" ]; then echo 1 >"$payload/cgroup.kill"; else kill -KILL "$command"; fi; }
set --
[ -z "$first" ] || set -- setpriv --pdeathsig KILL unshare --pid --fork --kill-child --mount-proc
"$@" $runtime --log "$state/conmon.log" run --bundle "$bundle" --pid-file "$state/pid" "$container" <"$state/input" >"$state/output" 2>"$state/errors" &
command=$!
for group in $leave; do echo 0 >"$group/cgroup.procs"; done
exec 3<&0
{
  while read -r _; do :; done
  end_command
} <&3 >/dev/null 2>&1 &
guard=$!
code=0
wait "$command" || code=$?
# Where the runtime alone was killed the command would go on, unseen.
end_command 2>/dev/null || :
echo "$code" >"$state/exit/new"
mv "$state/exit/new" "$state/exit/$id"
kill "$guard" 2>/dev/null || :
exit 0
