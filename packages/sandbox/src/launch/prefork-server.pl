# Forks launchers for the driver, whose own size makes forking slow [5 ms]; see launcher.sh. In
# Perl, which makes their namespaces itself: a shell takes three processes and a program for it
# [1 ms]. Ends when the driver has closed its stdin and all launchers have ended.
#
# Reads lines `SLOT FIFO NETWORK`: starts a launcher with the settings in file SLOT that reads from
# FIFO, in a network namespace of its own unless NETWORK is `host`.
# Launchers write `SLOT WORD` to the common stdout. Writes `SLOT ended` when one has exited or
# become a monitor.
# Arguments: the number of the system call unshare, the directory of these files, launcher.sh, the
# runtime wrapper. The working directory is the driver's.
use strict;
use warnings;

my ($unshare, $launchers, $launcher, $wrapper) = @ARGV;
my ($new_mounts, $new_network) = (0x20000, 0x40000000);
my $without_waiting = 1;
my %slots;

sub start {
  my ($slot, @rest) = @_;
  # Otherwise one that ends at once is reaped before its slot is known.
  $SIG{CHLD} = 'DEFAULT';
  my $pid = fork // die "fork: $!\n";
  become_launcher($slot, @rest) if $pid == 0;
  $slots{$pid} = $slot;
  $SIG{CHLD} = sub { reap($without_waiting) };
  reap($without_waiting);
}

sub become_launcher {
  my ($slot, $fifo, $network) = @_;
  $SIG{PIPE} = 'DEFAULT';
  # Opens it for writing first: opening it for reading would block forever if the driver has died.
  open my $both, '+<', "$launchers/$fifo" or die "$fifo: $!\n";
  open STDIN, '<', "$launchers/$fifo" or die "$fifo: $!\n";
  open STDERR, '>', "$launchers/$slot.err" or die "$slot.err: $!\n";
  my $wanted = $network eq 'host' ? $new_mounts : $new_mounts | $new_network;
  syscall(0 + $unshare, $wanted) == 0 or die "unshare: $!\n";
  exec '/bin/sh', $launcher, "$launchers/$slot", $wrapper or die "/bin/sh: $!\n";
}

sub reap {
  my ($way) = @_;
  while ((my $pid = waitpid -1, $way) > 0) {
    my $slot = delete $slots{$pid} // next;
    # Without a driver the pipe has no reader.
    syswrite(STDOUT, "$slot ended\n") or remove_groups($slot);
  }
}

# The driver is dead, so nobody else removes the groups of an unused launcher. A monitor's groups
# are not empty.
sub remove_groups {
  my %own = settings($_[0]);
  if ($own{first}) {
    system 'rm', '-rf', above($own{first});
    return;
  }
  my ($payload, @others) = split /\n/, $own{join};
  my ($monitor) = split /\n/, $own{leave};
  my $top = above($monitor);
  rmdir for $payload, $monitor, above($payload), $top, above($top);
  for my $group (@others) { rmdir for $group, above($group) }
}

sub above { $_[0] =~ s{/[^/]*$}{}r }

# Reads shell text that assigns variables; see assignments.ts.
sub settings {
  my ($slot) = @_;
  open my $file, '<', "$launchers/$slot" or die "$slot: $!\n";
  my $text = do { local $/; <$file> };
  my %found;
  while ($text =~ /^(\w+)='([^']*(?:'\\''[^']*)*)'$/mg) {
    my ($name, $value) = ($1, $2);
    $found{$name} = $value =~ s/'\\''/'/gr;
  }
  return %found;
}

$SIG{PIPE} = 'IGNORE';
syswrite STDOUT, "prefork-server ready\n";
while (defined(my $line = <STDIN>)) { start(split ' ', $line) }
$SIG{CHLD} = 'DEFAULT';
reap(0);
