# Started by unshare(1) in a new mount namespace: enter-stage.sh NATIVE STATE ID PROGRAM ARGUMENT...
set -eu
native=$1 state=$2 id=$3 program=$4
shift 4
# Held open, because they may lie below what the stage covers.
exec 3<"$native" 4<"$state"
mount -t tmpfs -o mode=755,size=1m harmont-postgres /mnt
mkdir /mnt/native /mnt/state
mount --no-canonicalize --bind /proc/self/fd/3 /mnt/native
mount --no-canonicalize --bind /proc/self/fd/4 /mnt/state
exec 3<&- 4<&-
{ cat /etc/passwd; echo "harmont-postgres:x:$id:$id::/:/bin/false"; } >/mnt/passwd
mount --bind /mnt/passwd /etc/passwd
cd /mnt/state
exec setpriv --reuid "$id" --regid "$id" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all \
  "/mnt/native/bin/$program" "$@"
