# Forks launchers for the driver, whose own size makes forking slow [5 ms]; see launcher.sh. Written
# in Perl, which makes their namespaces itself: a shell would need a program and three processes
# [1 ms]. Ends when the driver has closed its stdin and all launchers have ended.
#
# For each line `SLOT FIFO NETWORK`, starts a launcher with the settings in file SLOT that reads
# from FIFO, in its own network namespace unless NETWORK is `host`.
# Launchers write `SLOT WORD` to the common stdout. This program writes `SLOT ended` when one has
# exited or become a monitor.
# Arguments: the number of the system call unshare, the directory of these files, launcher.sh, the
# runtime wrapper. The working directory is the driver's.
use strict;
use warnings;

my ($unshare, $launchers, $launcher, $wrapper) = @ARGV;
my ($new_mounts, $new_network) = (0x20000, 0x40000000);
my $without_waiting = 1;
my ($most_tries, $busy, $pause) = (50, 16, 0.01);
my $driver = getppid;
my %slots;

sub start {
  my ($slot, @rest) = @_;
  # Otherwise a launcher that ends immediately is reaped before its slot is known.
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
  # Opens the pipe for writing first: opening it for reading would block forever if the driver has
  # died.
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
    syswrite STDOUT, "$slot ended\n";
  }
}

# Removes the groups of a launcher that ended unused, after its driver has died. A dead driver has
# left the launcher's settings, and no other process removes the groups.
sub remove_groups {
  my %own = settings($_[0]) or return;
  if ($own{first}) {
    system 'rm', '-rf', above($own{first}) if !is_alive($own{first});
    return;
  }
  my ($payload, @others) = split /\n/, $own{join};
  my ($monitor) = split /\n/, $own{leave};
  my $top = above($monitor);
  return if text_of("$top/cgroup.events") =~ /^populated 1$/m;
  remove_group($_) for $payload, $monitor, above($payload), $top, @others;
  rmdir above($_) for $top, @others;
}

# Removes a group. Retries, because a group stays busy briefly after its last process has ended.
sub remove_group {
  for (1 .. $most_tries) {
    return if rmdir $_[0] or $! != $busy;
    select undef, undef, undef, $pause;
  }
}

sub is_alive {
  my ($pid) = text_of($_[0]) =~ /^(\d+)/;
  return $pid && kill 0, $pid;
}

sub above { $_[0] =~ s{/[^/]*$}{}r }

# Reads the variables of a settings file, a shell script; see assignments.ts.
sub settings {
  my $text = text_of("$launchers/$_[0]");
  my %found;
  while ($text =~ /^(\w+)='([^']*(?:'\\''[^']*)*)'$/mg) {
    my ($name, $value) = ($1, $2);
    $found{$name} = $value =~ s/'\\''/'/gr;
  }
  return %found;
}

# Returns the content of a file; an empty string if it is absent.
sub text_of {
  open my $file, '<', $_[0] or return '';
  local $/;
  return <$file>;
}

$SIG{PIPE} = 'IGNORE';
syswrite STDOUT, "prefork-server ready\n";
while (defined(my $line = <STDIN>)) { start(split ' ', $line) }
$SIG{CHLD} = 'DEFAULT';
reap(0);
opendir my $directory, $launchers or exit;
remove_groups($_) for grep { /^$driver-[0-9a-f]+$/ } readdir $directory;
