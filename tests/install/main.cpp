// The ten-line program of the README: reads a text, trains, asks for neighbors.
#include <cstdio>
#include <hogvec/engine/hogvec.hpp>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const hogvec::Corpus corpus = hogvec::read_corpus(argv[1], {.min_count = 1});
  const hogvec::TrainSettings settings{.dim = 20, .window = 2, .subsampling = 0, .epochs = 20};
  hogvec::Model model = hogvec::initial_model(corpus.vocabulary.size(), settings);
  hogvec::train(corpus, settings, model);

  std::vector<std::string> words;
  for (const auto& entry : corpus.vocabulary.words()) words.push_back(entry.word);
  const hogvec::WordIndex index(words, model.input);
  const std::size_t row = index.find(argv[2]);
  if (row == hogvec::WordIndex::kNotFound) return 1;
  for (const auto& near : index.nearest(index.unit_vector(row), 3, std::vector{row}))
    std::printf("%s %.3f\n", std::string(index.word(near.row)).c_str(), near.cosine);
}
