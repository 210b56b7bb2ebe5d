# Removes trees for the driver, because freeing space may block on the disk [1 ms per directory on a
# file system mounted with `discard`]. Removes small trees itself, because a program for each would
# take longer [1 ms]. Ends when the driver closes its stdin.
#
# Reads names, one per line. At a line `= BATCH`, removes the trees named so far, and then writes
# `BATCH removed`. The working directory is the trash.
use strict;
use warnings;

my $most_entries = 100;
my $most_blocks = 32 * 1024;

# Removes a tree unless it is large. Returns whether it is removed. No other process changes files
# in the trash, so no directory becomes a link meanwhile.
sub is_removed {
  my ($path, $left) = @_;
  my (@facts) = lstat $path or return 0;
  return 0 if --$$left < 0;
  return $facts[12] <= $most_blocks && unlink $path if !-d _;
  opendir my $directory, $path or return 0;
  my @names;
  while (defined(my $name = readdir $directory)) {
    next if $name eq '.' || $name eq '..';
    return 0 if @names >= $$left;
    push @names, $name;
  }
  closedir $directory;
  for my $name (@names) { return 0 if !is_removed("$path/$name", $left) }
  return rmdir $path;
}

# Removes a batch. A child process removes large trees, with rm, which can remove paths longer than
# the kernel's limit.
sub remove_batch {
  my ($batch, @names) = @_;
  my @large = grep { my $left = $most_entries; !is_removed($_, \$left) } @names;
  if (@large) {
    my $pid = fork // die "fork: $!\n";
    return if $pid != 0;
    $SIG{CHLD} = 'DEFAULT';
    system 'rm', '-rf', '--', @large;
  }
  syswrite STDOUT, "$batch removed\n";
  exit if @large;
}

# No process waits for these children.
$SIG{CHLD} = 'IGNORE';
my @names;
while (defined(my $line = <STDIN>)) {
  chomp $line;
  if ($line =~ s/^= //) { remove_batch($line, splice @names) } else { push @names, $line }
}
1 while waitpid(-1, 0) > 0;
