// Lines that a person types: edited, with those before and with words completed.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hogvec::tools {

/// Reads lines of a terminal by libedit, whose state is the process's: one at a time.
class LineEditor {
 public:
  /// What may follow on the start of a word.
  using Complete = std::function<std::vector<std::string>(std::string_view start)>;

  LineEditor(std::string prompt, Complete complete);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// Whether stdin and stdout are a terminal.
  static bool is_possible() noexcept;

  /// The next line. False at the end of the input.
  bool read(std::string& line);

 private:
  std::string prompt_;
};

}  // namespace hogvec::tools
