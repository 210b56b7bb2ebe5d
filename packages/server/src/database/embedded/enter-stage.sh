# Started by unshare(1) in a new mount namespace: enter-stage.sh NATIVE STATE ID PROGRAM ARGUMENT...
set -eu
native=$1 state=$2 id=$3 program=$4
shift 4
mount -t tmpfs -o mode=755,size=1m harmont-postgres /mnt
mkdir /mnt/native /mnt/state
mount --bind "$native" /mnt/native
mount --bind "$state" /mnt/state
{ cat /etc/passwd; echo "harmont-postgres:x:$id:$id::/:/bin/false"; } >/mnt/passwd
mount --bind /mnt/passwd /etc/passwd
cd /mnt/state
exec setpriv --reuid "$id" --regid "$id" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all \
  "/mnt/native/bin/$program" "$@"
