# Removes trees for the driver. Freeing space may block on the disk [1 ms per directory, mounted
# with `discard`]. Ends when the driver closes its stdin.
#
# Reads names, one per line. A line `= BATCH` removes those read so far, then `BATCH removed` is
# written. The working directory is the trash.
set -f
set --
while IFS= read -r line; do
  case $line in
    '= '*)
      { rm -rf -- "$@"; echo "${line#= } removed"; } &
      set --
      ;;
    *) set -- "$@" "$line" ;;
  esac
done
wait
