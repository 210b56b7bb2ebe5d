# Forks launchers for the driver, whose own size makes forking slow [5 ms], on a stage that is
# prepared once. Runs in its own mount namespace. Ends when the driver closes its stdin.
#
# Reads lines `SLOT FIFO`: starts a launcher with the settings in file SLOT that reads from FIFO.
# Launchers write `SLOT WORD` to the common stdout, and `ended` when they exit or have become a
# monitor.
# Arguments: the directory of these files, launcher.sh, the runtime wrapper. The working directory
# is the driver's.
set -eu
launchers=$1 launcher=$2 wrapper=$3

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
echo 'prefork-server ready'

newline='
'
# The driver is dead, so nobody else removes the groups of an unused launcher. A monitor's groups
# are not empty.
remove_groups() {
  [ -z "$first" ] || { rm -rf "${first%/first}"; return; }
  IFS=$newline
  set -- $join
  payload=$1
  set -- $leave
  top=${1%/*}
  rmdir "$payload" "$1" "${payload%/*}" "$top" "${top%/*}" 2>/dev/null || :
  for group in $join; do rmdir "$group" "${group%/*}" 2>/dev/null || :; done
}

while read -r slot fifo; do
  . "$launchers/$slot"
  case $network in host) net= ;; *) net=--net ;; esac
  # Forked twice, so that there is nobody to wait for. Opens the pipe for writing first: opening it
  # for reading would block forever if the driver has died.
  ( {
    unshare --mount --propagation=unchanged $net /bin/sh "$launcher" "$launchers/$slot" "$wrapper" || :
    trap '' PIPE
    echo "$slot ended" 2>/dev/null || remove_groups
  } 3<>"$launchers/$fifo" <"$launchers/$fifo" 3>&- 2>"$launchers/$slot.err" & )
done
