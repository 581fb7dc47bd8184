#!/usr/bin/perl
# Writes what bash or zsh completes behind a program, from the text of its --help.
#
#   completion.pl bash|zsh SOURCE NAME OUTPUT
#
# SOURCE is the file that holds the text, NAME what the program is installed as. The value of a flag
# is one of those that the text lists; a file, where the text calls it FILE or TEXT; or nothing that
# a shell could know. The same input gives the same bytes.
use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__);
use help_text;

@ARGV == 4 or die "usage: completion.pl bash|zsh SOURCE NAME OUTPUT\n";
my ($shell, $source, $name, $output) = @ARGV;
my $help = help_text::read_help($source);
my $program = $help->{name};
my @flags = grep { $_->{value} ne '' } help_text::options($help);
my $operand = help_text::operand($help);

sub takes_file {
  my ($item) = @_;
  return $item->{value} =~ /^(?:FILE|TEXT)(?:\.\.\.)?$/;
}

sub names { return join ' ', map { $_->{flags}[0] } @_ }

sub bash {
  my $function = '_hogvec_' . ($name =~ s/\W/_/gr);
  my $flags = names(@flags);
  my $files = names(grep { takes_file($_) } @flags);
  my $many = names(grep { $_->{many} } @flags);
  my $again = names(grep { help_text::may_repeat($help, $_) } @flags);
  my $words = join '', map { "\n    '" . join(' ', names($_), @{$_->{values}}) . "'" }
    grep { @{$_->{values}} } @flags;
  my $places = $operand eq '' ? 0 : $operand =~ /\.\.\.$/ ? 1000 : 1;
  open my $file, '<:encoding(UTF-8)', dirname(__FILE__) . '/completion.bash'
    or die "completion.bash: $!\n";
  local $/;
  my ($shared) = <$file> =~ /\n\n(.*)/s;
  print <<"END";
# What bash completes behind $name: made from the text of $program --help.
# shellcheck shell=bash

$shared
# shellcheck disable=SC2034  # _hogvec_complete reads these
$function() {
  local flags='$flags'
  local files='$files' many='$many' again='$again' places=$places
  local words=($words)
  COMPREPLY=()
  _hogvec_complete
}
complete -F $function $name
END
}

# A few words of an option's text for zsh's list, as _arguments takes them within quotes.
sub brief {
  my ($item) = @_;
  my ($text) = grep { !ref } @{$item->{text}};
  $text = join ', ', map { $_->{name} } grep { ref } @{$item->{text}}
    if !defined $text || ref $item->{text}[0];
  $text =~ s/(?<=[^.]{12})[.;] .*//;
  $text =~ s/ \([^)]*\)?$//;
  $text =~ s/^(.{60}\S*) .*/$1 .../;
  return $text =~ s/([\[\]:\\])/\\$1/gr =~ s/'/'\\''/gr;
}

sub zsh_action {
  my ($item) = @_;
  return '(' . join(' ', @{$item->{values}}) . ')' if @{$item->{values}};
  return takes_file($item) ? '_files' : ' ';
}

sub zsh {
  my @specs = ("'(- *)--help[print the help]'", "'(- *)--version[print the version]'");
  for my $item (@flags) {
    my $flag = $item->{flags}[0];
    my $value = lc($item->{value}) =~ s/[^a-z].*//r;
    $value = 'value' if $value eq '' || @{$item->{values}};
    push @specs, sprintf "'%s%s[%s]:%s:%s'", help_text::may_repeat($help, $item) ? '*' : '', $flag,
      brief($item), $value, zsh_action($item);
  }
  # What a flag takes beyond its first value is a word of no flag to zsh.
  if ($operand =~ /\.\.\.$/ || grep { $_->{many} } @flags) {
    push @specs, "'*:file:_files'";
  } elsif ($operand ne '') {
    push @specs, "'1:file:_files'";
  }
  print "#compdef $name\n# What zsh completes behind $name: made from the text of $program --help.\n\n",
    "_arguments \\\n", join(" \\\n", map { "  $_" } @specs), "\n";
}

my %writers = (bash => \&bash, zsh => \&zsh);
my $writer = $writers{$shell} or die "completion.pl: $shell: want bash or zsh\n";
help_text::write_to($output);
$writer->();
help_text::written_to($output);
