// Which files a text is made of.
#pragma once

#include <string>
#include <vector>

namespace hogvec::io {

/// The files that those paths stand for. Errors: those of open_text().
std::vector<std::string> text_files(const std::vector<std::string>& paths, bool recursive);

/// The first path that cannot be opened, as open_text() would find it, is an Error. Opens no FIFO.
void require_texts(const std::vector<std::string>& paths, bool recursive);

}  // namespace hogvec::io
