# Copies the files of the command's output directory to the sandbox's directory. conmon calls this
# script in the sandbox's mount namespace when the command has ended. The files are in memory and
# end with the namespace; their file system's limits also limit the copy. Links, pipes and devices
# are copied as such.
# Arguments: the path of the copy; the file that reports that it is complete or incomplete.
set -u
said=
set -- "$1" "$2" /run/harmont/output/*
if [ -e "$3" ] || [ -L "$3" ]; then
  cp -RP --sparse=always /run/harmont/output "$1" 2>/dev/null || said=incomplete
fi
# The driver reads the file once it ends with a newline, because a rename would take a process.
echo "$said" >"$2"
