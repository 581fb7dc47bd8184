#!/usr/bin/perl
# Writes the manual page of a program from the text of its --help.
#
#   man_page.pl SOURCE NAME VERSION CONVERT OUTPUT PROGRAM...
#
# SOURCE is the file that holds the text, NAME what the program is installed as, CONVERT what the
# program convert is installed as, PROGRAM... all programs, which refer to one another. The same
# input gives the same bytes: a page has no date, unless SOURCE_DATE_EPOCH gives one.
use strict;
use warnings;
use File::Basename qw(dirname);
use POSIX qw(strftime);
use lib dirname(__FILE__);
use help_text;

@ARGV >= 5 or die "usage: man_page.pl SOURCE NAME VERSION CONVERT OUTPUT PROGRAM...\n";
my ($source, $name, $version, $convert, $output, @programs) = @ARGV;
my $help = help_text::read_help($source);
my $program = $help->{name};
my %flags = map { $_ => 1 } map { @{$_->{flags}} } help_text::options($help);

# Sections of pages.txt, by their names: {words, lines}, in the order they have there.
sub read_sections {
  my ($path) = @_;
  open my $file, '<:encoding(UTF-8)', $path or die "$path: $!\n";
  my @sections;
  while (my $line = <$file>) {
    next if $line =~ /^#/;
    if ($line =~ /^\[(.*)\]$/) {
      push @sections, {words => [split / /, $1], text => ''};
    } elsif (@sections) {
      $sections[-1]{text} .= $line;
    }
  }
  return @sections;
}

# Text that roff takes as it stands.
sub escaped {
  my ($text) = @_;
  $text =~ s/\\/\\e/g;
  $text =~ s/-/\\-/g;
  $text =~ s/'/\\(aq/g;
  $text =~ s/\^/\\(ha/g;
  $text =~ s/~/\\(ti/g;
  $text =~ s/`/\\(ga/g;
  return $text;
}

sub bold { return '\fB' . escaped($_[0]) . '\fR' }
sub slanted { return '\fI' . escaped($_[0]) . '\fR' }

# Running text: flags of this program are bold, and words of capitals that stand for a value slanted.
sub running {
  my ($text) = @_;
  my %values = map { $_ => 1 } grep { /^[A-Z]{2,}$/ }
    map { s/\.\.\.$//r } help_text::operand($help), map { $_->{value} } help_text::options($help);
  my @words = map {
    my ($before, $word, $after) = /^([^\w-]*)(-{0,2}\w[\w-]*)?(.*)$/;
    !defined $word ? escaped($_)
      : $flags{$word} ? escaped($before) . bold($word) . escaped($after)
      : $values{$word} ? escaped($before) . slanted($word) . escaped($after)
      : escaped($_)
  } split / +/, $text;
  return wrapped(@words);
}

# Lines of words; none begins as a request would.
sub wrapped {
  my @words = @_;
  my @lines = ('');
  for my $word (@words) {
    if ($lines[-1] ne '' && length("$lines[-1] $word") > 78) {
      push @lines, '';
    }
    $lines[-1] .= ($lines[-1] eq '' ? '' : ' ') . $word;
  }
  return join '', map { "$_\n" } map { /^['.]/ ? "\\&$_" : $_ } @lines;
}

# A line of the usage, or the term of an option: flags bold, values slanted.
sub syntax {
  my ($text) = @_;
  my $result = '';
  while ($text =~ /\G(?:(-{1,2}[A-Za-z][\w-]*)|([A-Za-z0-9][\w-]*(?:\.\.\.)?)|(\W))/g) {
    my ($flag, $word, $other) = ($1, $2, $3);
    $result .= defined $flag ? bold($flag) : defined $other ? escaped($other)
      : $word =~ /^[A-Z]+(?:\.\.\.)?$/ ? slanted($word) : bold($word);
  }
  return $result;
}

sub section { print '.SH ', $_[0], "\n" }

my @sections = read_sections(dirname(__FILE__) . '/pages.txt');
my ($about) = grep { $_->{words}[0] eq $program } @sections
  or die "pages.txt: has no section [$program]\n";
my ($summary, @about) = split /\n{2,}/, $about->{text} =~ s/^\n+|\n+$//gr;
my $date = defined $ENV{SOURCE_DATE_EPOCH} ? strftime('%Y-%m-%d', gmtime $ENV{SOURCE_DATE_EPOCH}) : '';

help_text::write_to($output);
print qq(.\\" Made from the text of $program --help.\n);
print '.TH ', escaped(uc $name), qq( 1 "$date" "hogvec $version" "hogvec"\n);
section('NAME');
print escaped($name), ' \- ', escaped($summary), "\n";

section('SYNOPSIS');
print ".nh\n.ad l\n";  # no flag is cut at a hyphen, and none is pulled apart
for my $line (@{$help->{usage}}) {
  my $rest = $line =~ s/^\S+ //r;
  # "[-top N]" stays on one line.
  print ".HP\n", bold($name), ' ', syntax($rest) =~ s/(\[[^\]]*\])/$1 =~ s{ }{\\ }gr/ger, "\n";
}
print ".ad\n.hy\n";

sub paragraphs { print join ".PP\n", map { running(s/\n/ /gr) } @_ }

section('DESCRIPTION');
paragraphs(@about, @{$help->{description}});

section('OPTIONS');
for my $group (@{$help->{groups}}) {
  print ".SS $group->{title}\n" if $group->{title} ne '';
  for my $item (@{$group->{items}}) {
    print ".TP\n", syntax($item->{term}), ($item->{theirs} ? '' : ' *'), "\n";
    my @text = @{$item->{text}};
    if (@{$item->{flags}} && $item->{flags}[0] eq '--help') {
      @text = @{$item->{flags}} == 2 ? 'print the help, or the version' : 'print the help';
    }
    @text or die "$source: $item->{term}: has no text\n";
    my $in_list = 0;
    for my $part (@text) {
      if (ref $part) {
        print ".RS\n" if !$in_list;
        print ".TP\n", syntax($part->{name}), "\n", running($part->{text});
        $in_list = 1;
      } else {
        print ".RE\n.IP\n" if $in_list;
        print running($part);
        $in_list = 0;
      }
    }
    print ".RE\n" if $in_list;
  }
}

if (@{$help->{notes}}) {
  section('NOTES');
  paragraphs(@{$help->{notes}});
}

# Entries of pages.txt that belong to this program.
sub entries {
  my ($kind, $title) = @_;
  my @entries = grep {
    my ($first, @names) = @{$_->{words}};
    $first eq $kind && grep { $_ eq $program } @names
  } @sections;
  return if !@entries;
  section($title);
  for my $entry (@entries) {
    my ($term, $text) = $entry->{text} =~ /^\s*([^\n]*)\n(.*?)\s*$/s;
    print ".TP\n", bold($term), "\n", running($text =~ s/\n/ /gr);
  }
}
entries('exit', 'EXIT STATUS');
entries('environment', 'ENVIRONMENT');

if (@{$help->{examples}}) {
  section('EXAMPLES');
  print ".nf\n", (map { escaped($_) . "\n" } @{$help->{examples}}), ".fi\n";
}

section('SEE ALSO');
my @others = map { $_ eq 'convert' ? $convert : $_ } grep { $_ ne $program } @programs;
print join(",\n", map { '.BR ' . escaped($_) . ' (1)' } sort @others), "\n";
help_text::written_to($output);
