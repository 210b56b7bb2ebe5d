# Removes the lock files of a directory that nobody holds. One process removes all of them, because
# there may be thousands, and a program for each would take milliseconds. Locks each file first:
# `lockFile` in another process notices afterwards that the file has lost its name.
# Argument: the directory, which need not exist.
use strict;
use warnings;
use Fcntl ':flock';

chdir $ARGV[0] or $!{ENOENT} ? exit : die "chdir $ARGV[0]: $!\n";
opendir my $directory, '.' or die "opendir $ARGV[0]: $!\n";
while (defined(my $name = readdir $directory)) {
  next if $name eq '.' || $name eq '..';
  my $is_open = open my $file, '+<', $name;
  die "open $name: $!\n" unless $is_open || $!{ENOENT};
  next unless $is_open && flock $file, LOCK_EX | LOCK_NB;
  my ($device, $inode) = stat $file;
  my @named = lstat $name;
  next unless @named && $named[0] == $device && $named[1] == $inode;
  unlink $name or die "unlink $name: $!\n";
}
