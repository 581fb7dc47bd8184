// word2vec: text in, word vectors out, in the manner of the reference tool.
#include <new>

#include "engine/ranks.hpp"
#include "tools/command_line.hpp"
#include "tools/console.hpp"
#include "tools/options.hpp"
#include "tools/word2vec_run.hpp"
#include "tools/word2vec_start.hpp"

int main(int argc, char** argv) {
  using namespace hogvec::tools;
  return run_with_flags("word2vec", kWord2vecUsage, argc, argv, [](CommandLine& line) {
    try {
      hogvec::SingleRank alone;
      run_word2vec(line, alone);
    } catch (const std::bad_alloc&) {
      say(kNoMemory);
      throw;
    }
  });
}
