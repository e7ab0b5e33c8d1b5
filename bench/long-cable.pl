# perl long-cable.pl SECONDS NEAR FAR: two network interfaces; what enters one leaves the other that much later. Gone soon after
# the standard input ends. Linux's own delay (tc netem) is not in every kernel, and node cannot make interfaces.
use strict;
use warnings;
use Time::HiRes 'time';

my ($seconds, @names) = @ARGV;
my ($TUNSETIFF, $TUNSETOFFLOAD) = (0x400454ca, 0x400454d0);
my @ends = map {
  open my $end, '+<', '/dev/net/tun' or die "/dev/net/tun: $!\n";
  # IFF_TUN, IFF_NO_PI, IFF_VNET_HDR; then TUN_F_CSUM and TUN_F_TSO4: packets of 64 KB, as between virtual machines, so that the
  # cable costs little of the CPU that is measured.
  ioctl $end, $TUNSETIFF, pack 'a16 s x22', $_, 0x5001 or die "$_: $!\n";
  ioctl $end, $TUNSETOFFLOAD, 3 or die "$_: $!\n";
  $end;
} @names;
$| = 1;
print "ready\n";

my @under_way;
my $until;
while (!defined $until || time < $until) {
  my $readable = '';
  vec($readable, fileno $_, 1) = 1 for @ends, defined $until ? () : \*STDIN;
  my $wait = @under_way ? $under_way[0]{due} - time : 0.5;
  select $readable, undef, undef, $wait < 0 ? 0 : $wait;
  # Goodbyes arrive: a connection that hears none keeps a host's network for minutes after the host is gone.
  $until = time + 2 if vec $readable, fileno STDIN, 1;
  for my $at (0, 1) {
    next unless vec $readable, fileno $ends[$at], 1;
    sysread $ends[$at], my ($packet), 70_000 or next;
    push @under_way, { due => time + $seconds, to => $ends[1 - $at], packet => $packet };
  }
  while (@under_way && $under_way[0]{due} <= time) {
    my $arrived = shift @under_way;
    syswrite $arrived->{to}, $arrived->{packet};
  }
}
