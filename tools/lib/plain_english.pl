#!/usr/bin/perl
# Turns two dictionaries into plain lower-case English, one passage (a definition, a quotation, an
# example, a relation) a line. The same input gives the same bytes.
#
#   plain_english.pl GCIDE_TEXT WORDNET_FOLDER > OUTPUT
#
# Perl, because a minimal Debian has it (perl-base is essential) and has no Python.
use strict;
use warnings;

@ARGV == 2 or die "usage: plain_english.pl GCIDE_TEXT WORDNET_FOLDER > OUTPUT\n";

# Ends in a dot: says what kind of word is meant, in a dictionary only.
my $abbreviation = join '|', qw(
  abbr adj adv cf colloq compar conj equiv esp etc fem fig fr imp interj masc obs orig pl prep pres
  prob pron sing spec specif superl vb viz);

# Prints the words of a passage, if there is more than one.
sub emit {
  my ($text) = @_;
  $text =~ s/\b(?:$abbreviation)\.//gio;
  $text =~ s/\([a-z]\)//g;                   # senses: (a), (b)
  $text =~ s/\S*\d\S*/ /g;                    # numbers, dates, formulas
  $text =~ s/(?<=[A-Za-z])'s\b//g;            # the king's
  $text =~ s/(?<=[A-Za-z])'(?=[A-Za-z])//g;   # don't
  # Other single letters are initials and abbreviations: U. S., i. e.
  my @words = grep { length > 1 || /^[aio]$/ } split /[^a-z]+/, lc $text;
  print "@words\n" if @words > 1;
}

# "(Zool.) The fo[^e]tus of a {ab"a*cus}.[1] [Obs.] --Sir T. More." -> "The foetus of a abacus."
sub without_markup {
  my ($text) = @_;
  # Ligatures and accents: [ae], ["e], [=a], [i^]. What is left in brackets is a label, a source or
  # where a word comes from.
  $text =~ s/\[([ao]e)\]/$1/gi;
  $text =~ s/\[[^A-Za-z\s\[\]]([A-Za-z]{1,2})\]|\[([A-Za-z])\^\]/$1 || $2/ge;
  1 while $text =~ s/\[[^\[\]]*\]//g;
  $text =~ s/\{([^{}]*)\}/my $word = $1; $word =~ tr{*"`}{}d; $word/ge;
  $text =~ s/\((?:[A-Z][A-Za-z]*\.?[ ,&]*)*[A-Z][A-Za-z]*\.\)//g;
  # Who is quoted: anything short at the end, a surname elsewhere.
  $text =~ s/--(?=[A-Z(])[^;"]{1,60}$//;
  $text =~ s/--(?:(?:[A-Z][a-z]?\.|Sir|Lord|Dr\.|De|Mrs?\.|Bp\.|Ld\.)\s)*[A-Z][A-Za-z']*\.?
             (?:\s&\s[A-Z][a-z]*\.?)?(?:\s[ivxl]+\.\s[\d,\s-]+\.?)?/ /gx;
  return $text;
}

# True where a bracket is open.
sub is_open {
  my ($text) = @_;
  return ($text =~ tr/[//) > ($text =~ tr/]//) || ($text =~ tr/(//) > ($text =~ tr/)//) ||
         ($text =~ tr/{//) > ($text =~ tr/}//) || ($text =~ tr/\\//) % 2;
}

# Head \Syl"la*bles\ (pronunciation), part of speech. [origin,
#    on several lines]
#    1. A sense, on lines of its own.
#       [source]
#
#             A quotation, a paragraph of its own.  --Author.
sub read_gcide {
  my ($path) = @_;
  open my $in, '<', $path or die "plain_english.pl: $path: cannot be read: $!\n";
  my $head;          # undefined before the first entry: the licence and the history of the file
  my $head_lines;    # of the entry, while they last
  my $passage = '';
  my $end_passage = sub {
    $passage =~ s/^\s*(?:Syn|Note|Usage):\s*//;
    emit(without_markup($passage));
    $passage = '';
  };
  while (my $line = <$in>) {
    chomp $line;
    if ($line =~ /^([^\s\\\[{][^\\]*?)\s*\\/) {
      $end_passage->();
      ($head, $head_lines, $passage) = ($1, $line, "$1: ");
      next;
    }
    next if !defined $head;
    if (defined $head_lines) {
      if ($line =~ /\S/ && (is_open($head_lines) || $line =~ /^\s*\[/)) {
        $head_lines .= " $line";
        next;
      }
      undef $head_lines;
    }
    if ($line !~ /\S/) {
      $end_passage->();
      next;
    }
    if ($line =~ /^\s+(?:\d+\.|\([a-z]\))\s/ && $passage ne "$head: ") {
      $end_passage->();
      $passage = "$head: ";
    }
    $passage .= " $line";
  }
  $end_passage->();
}

# How a pointer of WordNet reads in English. Of a pair of pointers, there and back, only one.
my %relation = (
  '@'  => 'is a kind of',
  '@i' => 'is an instance of',
  '#p' => 'is part of',
  '#m' => 'is a member of',
  '#s' => 'is the substance of',
  '!'  => 'is the opposite of',
  '&'  => 'is similar to',
  ';c' => 'is a term of',
  '*'  => 'entails',
  '>'  => 'causes',
);
my %is_symmetric = ('!' => 1, '&' => 1);

# offset file type words {word id} pointers {symbol offset type which} | definition; "example"
sub read_wordnet {
  my ($folder) = @_;
  my (%words, @pointers);
  for my $name (qw(noun verb adj adv)) {
    my $path = "$folder/data.$name";
    open my $in, '<', $path or die "plain_english.pl: $path: cannot be read: $!\n";
    while (my $line = <$in>) {
      next if $line !~ /^(\d{8}) \d\d (\w) ([0-9a-f]{2}) (.*?) \| (.*)/;  # the licence
      my ($offset, $type, $count, $fields, $gloss) = ($1, $2, hex $3, $4, $5);
      my @fields = split / /, $fields;
      my @synonyms = map { $fields[2 * $_] } 0 .. $count - 1;
      s/_/ /g, s/\([a-z]+\)$// for @synonyms;  # galore(ip): where an adjective may stand

      $gloss =~ s/"\s*-+\s*[A-Z][^;"]*/"/g;  # who is quoted
      my ($definition, @examples) = split /;\s*(?=")/, $gloss;
      emit(join(', ', @synonyms) . ": $definition");
      emit("$synonyms[0]: $_") for @examples;

      my $self = ($type eq 's' ? 'a' : $type) . $offset;
      $words{$self} = \@synonyms;
      my @rest = @fields[2 * $count + 1 .. $#fields];
      for (1 .. $fields[2 * $count]) {
        my ($symbol, $target, $target_type, $which) = splice @rest, 0, 4;
        $target_type = 'a' if $target_type eq 's';
        next if !$relation{$symbol};
        next if $is_symmetric{$symbol} && "$target_type$target" lt $self;
        push @pointers, [$self, $symbol, "$target_type$target", $which];
      }
    }
  }
  for (@pointers) {
    my ($self, $symbol, $target, $which) = @$_;
    # Which words of the two lists are meant, counted from 1; 00: all of them, and the first says it.
    my ($from, $to) = map { hex($_) || 1 } $which =~ /(..)(..)/;
    my $phrase = $self =~ /^v/ && $symbol eq '@' ? 'is to' : $relation{$symbol};
    emit("$words{$self}[$from - 1] $phrase $words{$target}[$to - 1]");
  }
}

read_gcide($ARGV[0]);
read_wordnet($ARGV[1]);
close STDOUT or die "plain_english.pl: the output cannot be written: $!\n";
