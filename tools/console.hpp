// What the programs share: lines in, text out, errors as one line on stderr.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/query/nearest.hpp"

namespace hogvec::tools {

inline constexpr int kExitFailure = 1;
inline constexpr int kExitNoInputFile = 255;  // the reference's return -1

/// Writes to stdout. Errors: an Error, or, where the reader has gone, an exception that run() turns
/// into a quiet end.
void print(std::string_view text);
/// print(), and what was printed before is seen now.
void print_now(std::string_view text);

/// To stdout, seen at once, whether anybody reads it or not: for runs that go on without a reader.
void say(std::string_view text) noexcept;

/// From now on say() writes to stderr: stdout is an output's own.
void say_on_stderr() noexcept;

/// Reads a line of stdin, of any length, without its end ("\n" or "\r\n"); a last line may lack
/// one. False at the end of the input.
bool read_line(std::string& line);

/// complain() by the name of the program that runs: see run().
void note(std::string_view message);

/// While it lives, hears every note() too, on the thread that gives it. It must not give one
/// itself. One at a time.
class NoteListener {
 public:
  explicit NoteListener(std::function<void(std::string_view message)> hear);
  NoteListener(const NoteListener&) = delete;
  NoteListener& operator=(const NoteListener&) = delete;
  ~NoteListener();

 private:
  std::function<void(std::string_view message)> hear_;
};

/// From now on nothing is printed, said or complained of: another process speaks for this one.
void keep_quiet() noexcept;
/// complain(), all the same.
void complain_aloud(std::string_view name, std::string_view message);

/// The words between spaces and tabs.
std::vector<std::string_view> split_words(std::string_view line);

/// Answers --help and --version on stdout, where they are the first argument; true when it did.
bool answer_common_options(int argc, char** argv, std::string_view name, std::string_view help);

/// Whether a terminal would take it for a command.
constexpr bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < ' ' || c == 127;
}

/// "NAME: MESSAGE" as one line on stderr, whatever bytes a file name brings into the message.
void complain(std::string_view name, std::string_view message);

/// A signal has stopped what a program was doing, and it has kept what it could.
struct StoppedBySignal {
  int signal;
  std::string message;
};

/// The exit code of `body`, whose exceptions become kExitFailure, with "NAME: MESSAGE" on stderr;
/// for a MissingArgument (command_line.hpp), with the reference's words on stdout.
int run(std::string_view name, const std::function<int()>& body) noexcept;

class CommandLine;

/// A program of the reference whose first argument is a vector file.
struct VectorsProgram {
  std::string_view name;
  std::string_view help;
  std::string_view usage;  // what it prints without arguments
};
/// The exit code of `body`, as run() makes it; without a file, the reference's words and code.
int run_on_vectors(const VectorsProgram& program, int argc, char** argv,
                   const std::function<void(const char* path, CommandLine& line)>& body) noexcept;

/// Complains of each word of the command line that nothing asked for.
void warn_of_extra_words(std::string_view name, const CommandLine& line);

/// Complains of rows that were left out because their word stands before, where there are such.
void warn_of_repeated_words(std::string_view name, std::string_view path,
                            const io::RepeatedWords& repeated);

/// WordIndex::read(), and that complaint.
WordIndex read_index(std::string_view name, const std::string& path,
                     std::size_t most_rows = WordIndex::kNotFound);

}  // namespace hogvec::tools
