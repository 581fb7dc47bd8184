#include "tools/line_editor.hpp"

#include <editline/readline.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

namespace hogvec::tools {

namespace {

// libedit asks functions that it cannot give anything.
LineEditor::Complete complete_word;
std::vector<std::string> candidates;

/// The next word that may follow, for libedit to free; the first where `state` is 0.
char* next_candidate(const char* start, int state) {
  if (state == 0) candidates = complete_word(start);
  const auto k = static_cast<std::size_t>(state);
  return k < candidates.size() ? strdup(candidates[k].c_str()) : nullptr;
}

}  // namespace

LineEditor::LineEditor(std::string prompt, Complete complete) : prompt_(std::move(prompt)) {
  complete_word = std::move(complete);
  // Letters are those of the terminal; numbers are printed without any locale.
  if (std::setlocale(LC_CTYPE, "") == nullptr || MB_CUR_MAX == 1) {
    std::setlocale(LC_CTYPE, "C.UTF-8");
  }
  rl_completion_entry_function = next_candidate;
  static char separators[] = " \t\n";
  rl_completer_word_break_characters = separators;
}

LineEditor::~LineEditor() {
  complete_word = nullptr;
  candidates.clear();
  clear_history();
}

bool LineEditor::is_possible() noexcept { return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO); }

bool LineEditor::read(std::string& line) {
  struct Free {
    void operator()(char* text) const noexcept { std::free(text); }
  };
  const std::unique_ptr<char, Free> text(readline(prompt_.c_str()));
  if (!text) return false;
  line = text.get();
  if (!line.empty()) add_history(line.c_str());
  return true;
}

}  // namespace hogvec::tools
