#!/usr/bin/perl
# Writes the changelog that a Debian package has: what README.md tells of one version.
#
#   changelog.pl README VERSION MAINTAINER OUTPUT
#
# Its date is SOURCE_DATE_EPOCH, or else that of README.
use strict;
use warnings;
use File::Basename qw(dirname);
use POSIX qw(strftime);
use lib dirname(__FILE__) . '/../manual';
use help_text;

@ARGV == 4 or die "usage: changelog.pl README VERSION MAINTAINER OUTPUT\n";
my ($readme, $version, $maintainer, $output) = @ARGV;
open my $file, '<:encoding(UTF-8)', $readme or die "$readme: $!\n";
my $text = do { local $/; <$file> };
my ($changes) = $text =~ /^\*\*\Q$version\E\*\*\s*(.*?)\s*(?:^\*\*\d|\z)/ms;
$changes //= "hogvec $version.";

# A change in lines of 80 columns at most.
sub filled {
  my ($text) = @_;
  my @lines = ('  *');
  for my $word (split ' ', $text) {
    push @lines, '   ' if length("$lines[-1] $word") > 80;
    $lines[-1] .= " $word";
  }
  return join '', map { "$_\n" } @lines;
}

my $seconds = $ENV{SOURCE_DATE_EPOCH} // (stat $readme)[9];
help_text::write_to($output);
print "hogvec ($version-1) unstable; urgency=medium\n\n";
$changes =~ s/[`]|\*\*//g;
print filled($_) for map { s/^\* //r } split /^(?=\* )/m, $changes;
print "\n -- $maintainer  ", strftime('%a, %d %b %Y %H:%M:%S +0000', gmtime $seconds), "\n";
help_text::written_to($output);
