// A command line of "-flag value" pairs: read as the reference reads it, checked as it does not.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hogvec::tools {

/// Reads a command line by the reference's rules (word2vec.c:628): the first place of a flag
/// counts, its value is the next word whatever that is.
class CommandLine {
 public:
  CommandLine(int argc, char** argv);

  /// The first word, of a program that wants a file there whatever it is called; nullptr where
  /// there is none. The second after another call, and so on.
  const char* next_word();
  /// The same, but passes over what is a flag or its value: those that were asked for before.
  const char* next_operand();
  /// The same, but passes over what begins as a flag and is not "-", and no call asked for, and the
  /// word behind it.
  const char* next_file();

  /// The value of a flag; nullptr where the flag is absent. Errors: MissingArgument.
  const char* value(std::string_view flag);

  /// The same of a flag that names a file: a script whose variable is empty means one all the same.
  /// Errors: MissingArgument; Error, where the name is empty.
  const char* file(std::string_view flag);

  /// The values of a flag that may stand several times. Errors: MissingArgument.
  std::vector<std::string> values(std::string_view flag);

  /// The same, and behind each value the words that follow it and are no flags. A default has its
  /// values in one, with kBetweenOperands, which no file has in its name, between them.
  std::vector<std::string> operands(std::string_view flag);
  static constexpr char kBetweenOperands = '\0';

  /// The same as a whole number or a number, strictly: "1e2" is no whole number. Errors: Error.
  std::optional<std::int64_t> integer(std::string_view flag, std::int64_t least,
                                      std::int64_t most = std::numeric_limits<std::int64_t>::max());
  std::optional<double> number(std::string_view flag, bool negative = false);

  /// The value that the command line itself has for a flag; none where it has none, whatever the
  /// defaults.
  std::optional<std::string> given(std::string_view flag) const;

  /// Flags that count where the command line does not have them: no word of it, and no warning.
  void add_defaults(const std::map<std::string, std::string>& flags);

  /// The command as it was given, for a shell, and the first word of it.
  std::string command() const;
  std::string program() const;

  /// A line for each word that no call asked for, with the nearest flag that some call asked for.
  std::vector<std::string> warnings() const;

 private:
  std::string nearest_flag(std::string_view word) const;

  std::string program_;
  std::deque<std::string> words_;  // those of the command line, and then defaults
  std::size_t given_;              // of them are of the command line
  std::vector<bool> used_;
  std::vector<std::string> flags_;
  std::size_t front_ = 0;  // words that next_word() has given
};

/// A file to write, as a flag names it: "-" is the standard output.
std::string output_path(std::string_view name);

/// A word as a shell takes it for itself, and as a terminal may be shown it. With control
/// characters as bash, zsh and ksh do.
std::string quoted(std::string_view word);

/// A flag is the last word of the command line.
struct MissingArgument {
  std::string flag;
};

/// The value of -threads; where it is not there, or 0, all cores that this process may use.
/// Errors: those of CommandLine::integer().
int threads_of(CommandLine& line);

/// The exit code of a program of such flags: its usage where there are none, --help, --version,
/// and the errors of `body` as run() tells them.
int run_with_flags(std::string_view name, std::string_view usage, int argc, char** argv,
                   const std::function<void(CommandLine&)>& body) noexcept;

}  // namespace hogvec::tools
