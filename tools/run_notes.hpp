// What word2vec tells on stderr about a run.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/corpus/file_vocabulary.hpp"
#include "engine/train/likelihood/held_out.hpp"
#include "engine/train/run.hpp"

namespace hogvec::tools {

/// Of words that are not UTF-8, and what other programs say of them; empty where there are none.
std::string utf8_note(const Vocabulary& vocabulary);

/// What -max-vocab has left out, of the words that -min-count keeps.
std::string left_out_note(const Vocabulary& vocabulary, std::size_t max_vocabulary);

/// What was done to the words of -read-vocab, a line for each kind.
std::vector<std::string> vocabulary_notes(const VocabularyChanges& changes,
                                          std::size_t max_word_bytes);

/// "placement: 8 cores in 2 domains, a cache line goes there and back in 430 ns; ..."
std::string placement_note(const Placement& placement, const TrainPlan& plan);

/// Where the text has fewer chunks than there are workers to take them; empty otherwise.
std::string short_text_note(const Schedule& schedule, const TrainPlan& plan);

/// What a run does otherwise than its flags let one expect, a line each.
std::vector<std::string> effects_notes(const TrainPlan& plan);

/// "about 12 min for 3 epochs: 11.2 M centers an epoch, 47 k centers/s"
std::string estimate_note(const TimeEstimate& estimate);

/// "epoch 2: loss 5.1230, held-out loss 5.2000 perplexity 181.27", epochs from 1 on.
std::string epoch_note(const EpochLoss& epoch, const HeldOutLoss& held_out, bool perplexity);

}  // namespace hogvec::tools
