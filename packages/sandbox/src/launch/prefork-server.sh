# Forks launchers for the driver, which is large and would take long to fork itself [5 ms], on a stage that is set once for all.
# Runs in a mount namespace of its own. Ends with its stdin, whose other end the driver holds.
#
# Reads lines `SLOT FIFO`: a launcher with the settings in the file SLOT shall wait on FIFO. What launchers say goes to
# our stdout, `SLOT WORD`; `ended` when one has ended or has become a monitor.
# Arguments: the directory of these files, launcher.sh, the runtime wrapper. The working directory is the driver's.
set -eu
launchers=$1 launcher=$2 wrapper=$3

mount -a -T "$launchers/stage.fstab"
# crun gives what it finds as stdin to root inside. The machine's own /dev/null must not be that.
# Root of a user namespace makes no devices, and finds the end of an empty file there.
mknod /run/harmont/null c 1 3 2>/dev/null || : >/run/harmont/null
# What every launcher mounts over.
mkdir /run/harmont/root /run/harmont/base /run/harmont/sys
: >/run/harmont/script
: >/run/harmont/user
: >/run/harmont/resolv.conf
echo 'nursery ready'

newline='
'
# The driver is dead, nobody else will remove the groups of a launcher that became nothing. Those of a monitor are not empty.
remove_groups() {
  [ -z "$first" ] || { rm -rf "${first%/first}"; return; }
  IFS=$newline
  set -- $join
  payload=$1
  set -- $leave
  top=${payload%/payload}
  rmdir "$payload" "$1" "$top" "${top%/*}" 2>/dev/null || :
  for group in $join; do rmdir "$group" "${group%/*}" 2>/dev/null || :; done
}

while read -r slot fifo; do
  . "$launchers/$slot"
  case $network in host) net= ;; *) net=--net ;; esac
  # Twice forked: nobody is left for us to wait for. The pipe is opened for writing first since else its opening would wait for ever
  # for a driver that has died meanwhile.
  ( {
    unshare --mount --propagation=unchanged $net /bin/sh "$launcher" "$launchers/$slot" "$wrapper" || :
    trap '' PIPE
    echo "$slot ended" 2>/dev/null || remove_groups
  } 3<>"$launchers/$fifo" <"$launchers/$fifo" 3>&- 2>"$launchers/$slot.err" & )
done
