# Removes what it is told to, for the driver: what is freed may make the disk wait [1 ms a directory, mounted with `discard`], and the driver has other things
# to do. Ends with its stdin, whose other end the driver holds.
#
# Reads names, a line each, and after some of them a line `= SPEAKER`: these are removed then, and `SPEAKER removed` is said. The working directory is the trash.
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
