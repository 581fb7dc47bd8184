#include "tools/console.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <mutex>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "engine/ordered_tasks.hpp"
#include "engine/workers.hpp"
#include "io/error.hpp"
#include "io/mapped_range.hpp"
#include "io/temporaries.hpp"
#include "tools/command_line.hpp"

namespace hogvec::tools {

namespace {

constexpr std::string_view kNoMemory =
    "not enough memory; use fewer threads, smaller vectors or a larger machine";

char shown(char c) noexcept { return is_control(c) ? '?' : c; }

/// Whoever read stdout has gone.
struct OutputClosed : std::exception {};

[[noreturn]] void fail_output() {
  if (errno == EPIPE) throw OutputClosed();
  throw system_error("standard output", "cannot be written");
}

int report(std::string_view name, std::string_view message) noexcept {
  std::fflush(stdout);
  complain(name, message);
  return kExitFailure;
}

/// A standard stream that is closed would give its number to the next file that is opened, and
/// what is printed would go there.
void occupy_standard_streams() noexcept {
  int file;
  do {
    file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  } while (file >= 0 && file <= STDERR_FILENO);
  if (file >= 0) close(file);
}

std::FILE* say_to = nullptr;  // stdout
bool quiet = false;

/// Never destroyed: threads give notes to the end.
struct Listening {
  std::mutex mutex;
  const std::function<void(std::string_view)>* hear = nullptr;
};
Listening& listening() {
  static Listening* const shared = new Listening;
  return *shared;
}

std::string_view running_program;  // for handlers, who cannot be given it

/// A line on stderr, without asking for memory.
void tell_now(std::string_view message) noexcept {
  char line[4096 + 512];  // a path and what is said of it
  std::size_t size = 0;
  for (const std::string_view text : {running_program, std::string_view(": "), message}) {
    for (const char c : text.substr(0, sizeof line - 1 - size)) line[size++] = shown(c);
  }
  line[size++] = '\n';
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line, size);
}

/// What was thrown where nobody catches; nullptr where it is what threads without room throw.
const char* uncaught() noexcept {
  try {
    if (const std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const Error&) {
    return "an error where nobody looks for one; please report it";
  } catch (const std::logic_error&) {
    return "a fault of the program; please report it";
  } catch (...) {
  }
  return nullptr;
}

/// Ends a process that nobody can save: a thread of oneTBB has no room for its stack, or for what
/// it begins with.
[[noreturn]] void end_for_threads() noexcept {
  static std::atomic_flag told;
  if (!told.test_and_set()) {
    const char* const fault = uncaught();
    tell_now(fault != nullptr
                 ? fault
                 : "not enough memory for its threads; use fewer -threads, or allow more memory "
                   "(ulimit -v) or more processes (ulimit -u)");
    io::remove_temporaries();
  }
  _exit(kExitFailure);
}

/// Tells of a page of a mapped file that the system could not give, and ends the process: there is
/// no way on for the thread that reads it. Uses what a handler may.
void tell_lost_page(int signal, siginfo_t* info, void*) {
  // A process may send the signal too; only the kernel's own has an address.
  const char* message = info->si_code > 0 ? io::lost_page_message(info->si_addr) : nullptr;
  if (message == nullptr) {
    std::signal(signal, SIG_DFL);
    raise(signal);  // waits until this returns
    return;
  }
  static std::atomic_flag told;
  while (told.test_and_set()) pause();  // another thread tells, and ends this one
  tell_now(message);
  // The thread reads a text, so it is not the one that holds the lock of these names.
  io::remove_temporaries();
  _exit(kExitFailure);
}

void catch_lost_pages(std::string_view name) noexcept {
  running_program = name;
  struct sigaction action {};
  action.sa_sigaction = tell_lost_page;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGBUS, &action, nullptr);
}

}  // namespace

void keep_quiet() noexcept { quiet = true; }

void complain(std::string_view name, std::string_view message) {
  if (!quiet) complain_aloud(name, message);
}

void note(std::string_view message) {
  complain(running_program, message);
  const std::lock_guard lock(listening().mutex);
  if (listening().hear != nullptr) (*listening().hear)(message);
}

NoteListener::NoteListener(std::function<void(std::string_view message)> hear)
    : hear_(std::move(hear)) {
  const std::lock_guard lock(listening().mutex);
  listening().hear = &hear_;
}

NoteListener::~NoteListener() {
  const std::lock_guard lock(listening().mutex);
  listening().hear = nullptr;
}

void complain_aloud(std::string_view name, std::string_view message) {
  std::string line = fmt::format("{}: {}", name, message);
  std::transform(line.begin(), line.end(), line.begin(), shown);
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void print(std::string_view text) {
  if (quiet) return;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail_output();
}

void print_now(std::string_view text) {
  print(text);
  if (std::fflush(stdout) != 0) fail_output();
}

void say(std::string_view text) noexcept {
  if (quiet) return;
  std::FILE* const stream = say_to != nullptr ? say_to : stdout;
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

void say_on_stderr() noexcept { say_to = stderr; }

bool read_line(std::string& line) {
  line.clear();
  int byte;
  while ((byte = std::getchar()) != EOF && byte != '\n') line += static_cast<char>(byte);
  if (byte == EOF && line.empty()) return false;
  if (line.ends_with('\r')) line.pop_back();
  return true;
}

std::vector<std::string_view> split_words(std::string_view line) {
  constexpr std::string_view kSeparators = " \t";
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t begin = line.find_first_not_of(kSeparators);
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    words.push_back(line.substr(0, line.find_first_of(kSeparators)));
    line.remove_prefix(words.back().size());
  }
}

bool answer_common_options(int argc, char** argv, std::string_view name, std::string_view help) {
  const std::string_view first = argc > 1 ? argv[1] : "";
  if (first == "--help") {
    print(help);
  } else if (first == "--version" || first == "-version") {
    print(fmt::format("{} (hogvec) {}\n", name, HOGVEC_VERSION));
  } else {
    return false;
  }
  return true;
}

int run(std::string_view name, const std::function<int()>& body) noexcept {
  [[maybe_unused]] const OrderedTasks ordered;
  occupy_standard_streams();
  catch_lost_pages(name);
  std::set_terminate(end_for_threads);
  std::signal(SIGXFSZ, SIG_IGN);  // a file beyond `ulimit -f` is an error of write(2), told as such
  try {
    const int code = body();
    print_now("");
    return code;
  } catch (const OutputClosed&) {
    return kExitFailure;
  } catch (const StoppedBySignal& stopped) {
    report(name, stopped.message);
    return 128 + stopped.signal;
  } catch (const MissingArgument& missing) {
    say(fmt::format("Argument missing for {}\n", missing.flag));  // the reference's words
    return kExitFailure;
  } catch (const std::bad_alloc&) {
    return report(name, kNoMemory);
  } catch (const std::length_error&) {  // of a vector that no memory could hold
    return report(name, kNoMemory);
  } catch (const std::system_error& error) {  // of std::thread
    return report(name,
                  fmt::format("no thread can be started: {}; allow more memory (ulimit -v) or "
                              "more processes (ulimit -u)",
                              error.code().message()));
  } catch (const std::exception& error) {
    return report(name, error.what());
  }
}

int run_on_vectors(const VectorsProgram& program, int argc, char** argv,
                   const std::function<void(const char* path, CommandLine& line)>& body) noexcept {
  return run(program.name, [&] {
    if (answer_common_options(argc, argv, program.name, program.help)) return 0;
    if (argc < 2) {
      print(program.usage);
      return 0;
    }
    CommandLine line(argc, argv);
    const char* const path = line.next_word();
    if (std::string_view(path) != "-" && access(path, R_OK) != 0) {
      print("Input file not found\n");
      return kExitNoInputFile;
    }
    body(path, line);
    return 0;
  });
}

void warn_of_extra_words(std::string_view name, const CommandLine& line) {
  for (const std::string& warning : line.warnings()) complain(name, "warning: " + warning);
}

void warn_of_repeated_words(std::string_view name, std::string_view path,
                            const io::RepeatedWords& repeated) {
  if (repeated.rows == 0) return;
  complain(name, fmt::format("warning: {}: {}", path, repeated.message()));
}

WordIndex read_index(std::string_view name, const std::string& path, std::size_t most_rows) {
  WordIndex index = WordIndex::read(path, most_rows);
  warn_of_repeated_words(name, path, index.repeated());
  return index;
}

}  // namespace hogvec::tools
