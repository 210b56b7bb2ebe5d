# Prepares a stage for launchers, and becomes the process that forks them; see prefork-server.pl.
# Runs in its own mount namespace.
#
# Arguments: the directory of the launchers' files, prefork-server.pl and its first argument, its
# remaining arguments. The working directory is the driver's.
set -eu
launchers=$1 server=$2 unshare=$3
shift 3

mount -a -T "$launchers/stage.fstab"
# crun passes its stdin to root inside, so this must not be the machine's own /dev/null. Root of a
# user namespace cannot create devices, and uses an empty file instead.
mknod /run/harmont/null c 1 3 2>/dev/null || : >/run/harmont/null
# So that containers cannot write to its program, crun re-executes itself from a read-only mount of
# it [2 ms]. It does not do so if it already runs from such a mount and the variable is set.
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
