# The text that a program prints with --help, taken to pieces for its page and its completion.
#
# The text is read from the program's source, so that a program which the building machine cannot
# run has both too; tests/tools/test_manual.sh holds it against what the program prints. Its form:
#
#   Usage: NAME ARGUMENTS        more lines of it are indented
#   What it does.                up to the first blank line
#
#   Heading                      of a group of options; the first may have none
#     -flag VALUE      text, on as many lines as it takes; "* " before it: not in the original tool
#     -flag one|other  only these values: so a word of completion, as is the digit of "-compat 1".
#                      "1: text; 0: text" has these digits, and 0 and 1
#     OPERAND          and so on; a text may have a list in it, two spaces behind each name
#
#   What else there is to say.
#
#   Examples:
#   ./NAME ARGUMENTS
package help_text;
use strict;
use warnings;

# The text in the source of a program.
sub from_source {
  my ($path) = @_;
  open my $file, '<:encoding(UTF-8)', $path or die "$path: $!\n";
  local $/;
  my ($text) = <$file> =~ /R"\(((?:[^\n]*\n\n)?Usage: .*?)\)"/s;
  defined $text or die "$path: has no text that begins with \"Usage: \"\n";
  return $text;
}

# read_help(SOURCE): a reference to a hash of
#   name         of the program, as the text has it
#   usage        its lines, each a whole one
#   description  paragraphs
#   groups       of options: {title, items}, as item() makes them
#   notes        paragraphs
#   examples     lines
sub read_help {
  my ($path) = @_;
  my @blocks = split /\n{2,}/, from_source($path);
  shift @blocks if $blocks[0] !~ /^Usage: /;
  my ($usage, $description) = usage_lines(shift @blocks);
  my ($name) = $usage->[0] =~ /^(\S+)/;
  my %help = (name => $name, usage => $usage, groups => [], notes => [], examples => [],
              description => $description eq '' ? [] : [$description]);
  for my $block (@blocks) {
    if ($block =~ s/^Examples:\n//) {
      push @{$help{examples}}, map { s{^\./}{}r } split /\n/, $block;
    } elsif ($block =~ /^  \S/m) {
      push @{$help{groups}}, group($block);
    } else {
      # "* not in the original tool." explains stars, and begins a line.
      push @{$help{notes}}, map { join ' ', split /\n/ } split /\n(?=\* )/, $block;
    }
  }
  @{$help{groups}} or die "$path: no options are found in its text\n";
  return \%help;
}

sub usage_lines {
  my ($block) = @_;
  my @lines = split /\n/, $block;
  my $name = $lines[0] =~ /^Usage: (\S+)/ ? $1 : die "$lines[0]: no usage\n";
  my @usage = (shift(@lines) =~ s/^Usage: //r);
  while (@lines && $lines[0] =~ /^ +(.*)/) {
    my $more = $1;
    shift @lines;
    if ($more =~ /^\Q$name\E /) {
      push @usage, $more;
    } else {
      $usage[-1] .= " $more";
    }
  }
  return (\@usage, join ' ', @lines);
}

sub group {
  my ($block) = @_;
  my @lines = split /\n/, $block;
  my $title = $lines[0] =~ /^\S/ ? shift @lines : '';
  my @items;
  for my $line (@lines) {
    if ($line =~ /^  (\S.*?)(?:  +(\S.*))?$/) {
      push @items, {term => $1, lines => [defined $2 ? $2 : ()]};
    } elsif ($line =~ /^ {3,}(.*)/ && @items) {
      push @{$items[-1]{lines}}, $1;
    } else {
      die "$line: neither an option nor more of its text\n";
    }
  }
  item($_) for @items;
  return {title => $title, items => \@items};
}

# Adds to an item what its lines mean:
#   flags   that it is about; an operand has none
#   value   what follows the flag, as the text calls it
#   many    true where several may follow
#   theirs  true where the original tool has it
#   text    its text: paragraphs, and {name, text} for entries of a list in it
#   values  of a flag that takes only these
sub item {
  my ($item) = @_;
  my $term = $item->{term};
  my @flags = $term =~ /^-/ ? map { s/ .*//r } split /, /, $term : ();
  my $value = @flags && $term =~ / ([^,]*)$/ && @flags == 1 ? $1 : '';
  my @lines = @{$item->{lines}};
  $item->{theirs} = !(@lines && $lines[0] =~ s/^\* //);
  my @text;
  for my $line (@lines) {
    if ($line =~ /^(\S.*?\S|\S)  +(\S.*)/) {
      push @text, {name => $1, text => $2};
    } elsif (@text && !ref $text[-1]) {
      $text[-1] .= " $line";
    } else {
      push @text, $line;
    }
  }
  $item->{flags} = \@flags;
  $item->{value} = $value;
  $item->{many} = $value =~ /\.\.\.$/;
  $item->{text} = \@text;
  $item->{values} = values_of($value, @text && !ref $text[0] ? $text[0] : '');
}

sub values_of {
  my ($value, $text) = @_;
  return [split /\|/, $value] if $value =~ /\|/ || $value =~ /^\d+$/;
  return [] if $value ne 'N' || $text !~ /^\d: /;
  my %digits = map { $_ => 1 } 0, 1, $text =~ /(?:^|[,;] )(\d): /g;
  return [sort keys %digits];
}

# options(HELP): the items of all groups.
sub options {
  my ($help) = @_;
  return map { @{$_->{items}} } @{$help->{groups}};
}

# operand(HELP): what stands in the usage behind the name, "FILE", "VECTORS..." or "[TEXT]", which may
# be left out; '' where nothing does.
sub operand {
  my ($help) = @_;
  return $help->{usage}[0] =~ /^\S+ \[?([A-Z]+(?:\.\.\.)?)/ ? $1 : '';
}

# may_repeat(HELP, ITEM): whether a flag may be given several times, as the usage says it with
# "[-flag VALUE]..." or its text in words.
sub may_repeat {
  my ($help, $item) = @_;
  my $flag = $item->{flags}[0];
  return 1 if grep { /\[\Q$flag\E [^\]]*\]\.\.\./ } @{$help->{usage}};
  return join(' ', map { ref ? () : $_ } @{$item->{text}}) =~ /may be given several times/;
}

# write_to(FILE): what is printed from here on goes there; written_to(FILE): and is whole. No half
# file passes for a whole one.
sub write_to {
  my ($path) = @_;
  open STDOUT, '>:encoding(UTF-8)', "$path.new" or die "$path.new: $!\n";
}

sub written_to {
  my ($path) = @_;
  close STDOUT or die "$path.new: $!\n";
  rename "$path.new", $path or die "$path: $!\n";
}

1;
