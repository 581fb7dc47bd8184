// What softmax-view writes: steps of the paper's trainers as a page.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tools/softmax_steps.hpp"
#include "tools/softmax_text.hpp"

namespace hogvec::tools {

/// What the script of the page finds as DATA. Numbers are whole multiples of `unit`, 1e-5: of every
/// array but those of words, rows, truths t and counts. With V words, D values a row, C context
/// words and M trials:
///
///     text       name, length (in words), sentences (numbers of words)
///     words      {word, count, path}: path is [inner node, 1 where the turn is to the left] ...
///     settings   size, window, negative, seed, steps
///     unit       1e-5
///     models     of skip-gram and of CBOW:
///       name, alpha, input (the first W, V x D), losses (full softmax, negative sampling, tree)
///       steps    sentence, position, center, context, loss (E); h, u, y, t, ei, eh of the full
///                softmax; own: e_{c,j} where t_{c,j} = 1, of every panel c (elsewhere it is y_j);
///                rows, input: the rows of W that changed, and what they became; output: W' after
///                the step; noise, tree: {rows, t, s (score), p (sigmoid), e, eh, y}, y as this
///                model predicts all words before the step; losses after it
nlohmann::json softmax_data(const ShortText& text, const std::string& name,
                            const StepSettings& settings);

}  // namespace hogvec::tools
