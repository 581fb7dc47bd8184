#include "io/word_list.hpp"

#include <algorithm>

#include "io/content.hpp"
#include "io/output_file.hpp"
#include "io/text_start.hpp"

namespace hogvec::io {

std::vector<std::string> read_word_list(const std::string& path) {
  const Content content(path);
  return read_unchanged(content, [&] {
    std::string_view rest = text_of(content);
    std::vector<std::string> words;
    while (!rest.empty()) {
      std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      words.emplace_back(line);
    }
    return words;
  });
}

void write_word_list(OutputFile& file, std::size_t rows,
                     const std::function<std::string_view(std::size_t)>& word) {
  for (std::size_t k = 0; k < rows; ++k) {
    file.write(word(k));
    file.write("\n");
  }
}

}  // namespace hogvec::io
