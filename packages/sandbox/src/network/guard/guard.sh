# Starts the guard of a driver directory in the network namespace that `unshare` has made for it;
# see guard-process.ts. The working directory is the guard's.
#
# Arguments: the driver's process id; the program. The file `network` sets `group` (the guard's
# control group), `link`, `local` (whether the gateway forwards to a resolver on the machine's
# loopback), and two batches for ip: `inside`, and `outside` for the machine's namespace.
set -eu
machine=$1
shift
. ./network
# The group limits the guard's memory. It also ensures that stopping the service does not end the
# guard while commands run elsewhere.
echo $$ >"$group/cgroup.procs"
# The guard has no rights, so it could not bind low ports otherwise.
echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
echo 0 >/proc/sys/net/ipv4/ip_forward
[ ! -e /proc/sys/net/ipv6/conf/all/disable_ipv6 ] || echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
ip -batch - <<END
$inside
END
nsenter --net="/proc/$machine/ns/net" sh -euc '
  echo 1 >"/proc/sys/net/ipv4/conf/$1/rp_filter"
  [ -z "$2" ] || echo 1 >"/proc/sys/net/ipv4/conf/$1/route_localnet"
  printf "%s\n" "$3" | ip -batch -
' sh "$link" "$local" "$outside"
ulimit -n 65536 || true
echo $$ >pid
# The guard switches to another user once its modules are loaded, and has no rights afterwards.
exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,+setuid,+setgid,+dac_read_search "$@"
