# Sourced by launcher.sh instead of starting a monitor: runs an interactive command, connected by
# pipes in the sandbox's directory.
#
# conmon is not used, because it writes all output to disk at its own speed and reads input from a
# kind of socket that Node.js cannot open. Here the command waits for its reader.
#
# An interactive command is useless without the driver, so it ends when the driver closes this
# script's stdin.
set -f
IFS=$newline
set -- $join
payload=${1:-}
# Without control groups, kills the first process of a pid namespace whose descendants are the
# command.
end_command() { if [ -z "$first" ]; then echo 1 >"$payload/cgroup.kill"; else kill -KILL "$command"; fi; }
# The driver moves this process out of the command's groups before it kills them, if it has not left
# them yet.
[ -n "$first" ] || echo "$$" >"$state/conmon.pid"
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
# If only the runtime was killed, the command would continue unobserved.
end_command 2>/dev/null || :
echo "$code" >"$state/exit/new"
mv "$state/exit/new" "$state/exit/$id"
kill "$guard" 2>/dev/null || :
exit 0
