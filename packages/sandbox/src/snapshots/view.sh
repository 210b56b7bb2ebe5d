# Mounts merged file systems, read-only, in a mount namespace that ends with this process, until
# stdin closes. Argument: a file of mounts. The working directory is the driver's.
set -eu
mount -t tmpfs -o mode=755 harmont-stage /run/harmont
mount -a -T "$1"
echo 'view shown'
read -r _ || exit 0
