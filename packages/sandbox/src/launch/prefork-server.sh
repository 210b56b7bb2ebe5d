# Prepares a stage for launchers, and becomes the process that forks them; see prefork-server.pl.
# Runs in its own mount namespace.
#
# Arguments: the directory of the launchers' files, prefork-server.pl and the first of its
# arguments, the rest of them. The working directory is the driver's.
set -eu
launchers=$1 server=$2 unshare=$3
shift 3

mount -a -T "$launchers/stage.fstab"
# crun gives its stdin to root inside, which must not be the machine's own /dev/null. Root of a user
# namespace cannot make devices, and gets an empty file.
mknod /run/harmont/null c 1 3 2>/dev/null || : >/run/harmont/null
# crun runs itself again from a read-only mount of its program, lest a container write to it, unless
# it comes from one and says so by the variable [2 ms].
: >/run/harmont/crun
! crun=$(command -v crun) || mount --bind -o ro "$crun" /run/harmont/crun
export _LIBCONTAINER_CLONED_BINARY=1
# Mount points that every launcher uses.
mkdir /run/harmont/root /run/harmont/base /run/harmont/sys
: >/run/harmont/script
: >/run/harmont/split
: >/run/harmont/user
: >/run/harmont/resolv.conf
: >/run/harmont/hosts
exec perl "$server" "$unshare" "$launchers" "$@"
