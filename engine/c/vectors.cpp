#include "engine/c/vectors.hpp"

#include <algorithm>
#include <utility>

#include "engine/c/calls.hpp"
#include "engine/query/row_search.hpp"
#include "engine/resources.hpp"
#include "engine/workers.hpp"
#include "io/npy_file.hpp"
#include "io/output_file.hpp"
#include "io/vectors_file.hpp"

using hogvec::ConstMatrixView;
using hogvec::Error;
using hogvec::Matrix;
namespace c = hogvec::c;
namespace io = hogvec::io;

hogvec_vectors::hogvec_vectors(io::ModelFile file)
    : model_(std::move(file)), model_words_(model_), rows_(model_.matrix("input")) {
  if (rows_.dim() == 0 || rows_.rows() != model_words_->size()) {
    throw Error(model_.path() +
                ": has no vectors of its words; give a model file that word2vec or convert wrote");
  }
}

hogvec_vectors::hogvec_vectors(io::Content content) {
  if (io::is_npy(content.bytes())) {
    const io::NpyFile file(std::move(content));
    words_ = io::read_npy_words(file);
    const ConstMatrixView all = file.matrix();
    values_ = Matrix(all.rows(), all.dim());
    for (std::size_t k = 0; k < all.rows(); ++k) {
      std::copy_n(all.row(k), all.dim(), values_.row(k));
    }
    file.require_unchanged();
  } else {
    const io::VectorsFile file(std::move(content));
    values_ = Matrix(file.rows(), file.dim());
    hogvec::run_with_threads(hogvec::usable_cores(), [&] {
      words_ = file.read(file.rows(), values_.data(), values_.stride());
    });
  }
  number_words();
}

hogvec_vectors::hogvec_vectors(std::vector<std::string> words, Matrix values)
    : words_(std::move(words)), values_(std::move(values)) {
  const io::RepeatedWords repeated = number_words();
  if (repeated.rows != 0) {
    throw c::Invalid("row " + std::to_string(repeated.first_row) + " has the word \"" +
                     repeated.first_word + "\", which an earlier row has: each must stand once");
  }
}

io::RepeatedWords hogvec_vectors::number_words() {
  io::RepeatedWords repeated =
      io::keep_first_rows(words_, numbers_, [this](std::size_t from, std::size_t to) {
        std::copy_n(values_.row(from), values_.stride(), values_.row(to));
      });
  rows_ = {values_.data(), words_.size(), values_.dim(), values_.stride()};
  return repeated;
}

hogvec_vectors hogvec_vectors::open(const std::string& path) {
  if (io::is_model_file(path)) return hogvec_vectors(io::ModelFile::open(path));
  return hogvec_vectors(io::Content(path));
}

std::optional<std::size_t> hogvec_vectors::find(std::string_view word) const {
  if (model_words_) {
    const std::size_t row = model_words_->find(word);
    return row < size() ? std::optional(row) : std::nullopt;
  }
  const auto found = numbers_.find(word);
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

namespace {

void require_row(const hogvec_vectors* vectors, std::size_t row) {
  c::require_given(vectors, "vectors");
  if (row >= vectors->size()) {
    throw c::Invalid("row " + std::to_string(row) + " is none: there are " +
                     std::to_string(vectors->size()));
  }
}

std::vector<std::string> copied_words(const char* const* words, const std::size_t* lengths,
                                      std::size_t rows) {
  std::vector<std::string> copies;
  copies.reserve(rows);
  for (std::size_t k = 0; k < rows; ++k) {
    if (words[k] == nullptr) throw c::Invalid("word " + std::to_string(k) + " is NULL");
    copies.emplace_back(words[k], lengths[k]);
  }
  return copies;
}

/// Errors: Invalid, where readers of the format would find other words.
void require_writable_words(const hogvec_vectors& vectors, io::VectorFormat format) {
  const std::string_view ends = format == io::VectorFormat::kBinary ? " \n" : " \t\r\n";
  for (std::size_t row = 0; row < vectors.size(); ++row) {
    const std::string_view word = vectors.word(row);
    if (!word.empty() && word.find_first_of(ends) == std::string_view::npos) continue;
    throw c::Invalid("the word of row " + std::to_string(row) +
                     " is empty, or has a space or a newline, which the format cannot hold");
  }
}

io::VectorFormat format_of(int format) {
  switch (format) {
    case HOGVEC_TEXT:
      return io::VectorFormat::kText;
    case HOGVEC_BINARY:
      return io::VectorFormat::kBinary;
    case HOGVEC_GLOVE:
      return io::VectorFormat::kGlove;
    default:
      throw c::Invalid("there is no format " + std::to_string(format));
  }
}

}  // namespace

hogvec_vectors* hogvec_vectors_open(const char* path) {
  return c::guarded_pointer([&] {
    c::require_given(path, "path");
    return new hogvec_vectors(hogvec_vectors::open(path));
  });
}

hogvec_vectors* hogvec_vectors_new(const char* const* words, const size_t* lengths, size_t rows,
                                   const float* values, size_t count) {
  return c::guarded_pointer([&] {
    c::require_given(words, "words");
    c::require_given(lengths, "lengths");
    c::require_given(values, "values");
    c::require(rows > 0, "there are no words");
    c::require(count > 0 && count % rows == 0, "count is no multiple of rows");
    Matrix copies(rows, count / rows);
    for (std::size_t k = 0; k < rows; ++k) {
      std::copy_n(values + k * copies.dim(), copies.dim(), copies.row(k));
    }
    return new hogvec_vectors(copied_words(words, lengths, rows), std::move(copies));
  });
}

void hogvec_vectors_free(hogvec_vectors* vectors) { delete vectors; }

size_t hogvec_vectors_rows(const hogvec_vectors* vectors) {
  return vectors == nullptr ? 0 : vectors->size();
}

size_t hogvec_vectors_dim(const hogvec_vectors* vectors) {
  return vectors == nullptr ? 0 : vectors->dim();
}

const char* hogvec_vectors_word(const hogvec_vectors* vectors, size_t row, size_t* length) {
  return c::guarded_pointer([&] {
    c::require_given(length, "length");
    require_row(vectors, row);
    const std::string_view word = vectors->word(row);
    *length = word.size();
    return word.empty() ? "" : word.data();  // an empty view may have no address
  });
}

const float* hogvec_vectors_row(const hogvec_vectors* vectors, size_t row) {
  return c::guarded_pointer([&] {
    require_row(vectors, row);
    return vectors->rows().row(row);
  });
}

hogvec_status hogvec_vectors_find(const hogvec_vectors* vectors, const char* word, size_t length,
                                  size_t* row) {
  return c::guarded([&] {
    c::require_given(vectors, "vectors");
    c::require_given(word, "word");
    c::require_given(row, "row");
    const std::optional<std::size_t> found = vectors->find({word, length});
    if (!found) return HOGVEC_NOT_FOUND;
    *row = *found;
    return HOGVEC_OK;
  });
}

hogvec_status hogvec_vectors_copy(const hogvec_vectors* vectors, size_t first, size_t rows,
                                  float* values, size_t count) {
  return c::guarded([&] {
    c::require_given(vectors, "vectors");
    c::require_given(values, "values");
    c::require(first <= vectors->size() && rows <= vectors->size() - first,
               "rows that are to be copied are none");
    c::require(count == rows * vectors->dim(), "count is not rows times the length of a vector");
    for (std::size_t k = 0; k < rows; ++k) {
      std::copy_n(vectors->rows().row(first + k), vectors->dim(), values + k * vectors->dim());
    }
    return HOGVEC_OK;
  });
}

hogvec_status hogvec_vectors_nearest(const hogvec_vectors* vectors, const float* query, size_t dim,
                                     size_t k, const size_t* excluded, size_t excluded_count,
                                     int threads, size_t* rows, float* cosines, size_t* found) {
  return c::guarded([&] {
    c::require_given(vectors, "vectors");
    c::require_given(query, "query");
    c::require_given(rows, "rows");
    c::require_given(cosines, "cosines");
    c::require_given(found, "found");
    c::require(dim == vectors->dim(), "dim is not the length of a vector");
    c::require(excluded_count == 0 || excluded != nullptr, "excluded is NULL");
    const int workers = c::threads_of(threads);
    std::vector<std::vector<std::size_t>> skipped(1);
    for (std::size_t i = 0; i < excluded_count; ++i) {
      require_row(vectors, excluded[i]);
      skipped[0].push_back(excluded[i]);
    }
    const std::size_t most = std::min(k, vectors->size());
    std::vector<hogvec::Neighbor> neighbors;
    if (most > 0) {
      const hogvec::RowSearch search{vectors->rows(),
                                     hogvec::RowSelection::range(0, vectors->size()),
                                     {query, 1, dim, dim},
                                     workers};
      neighbors = hogvec::nearest_rows(search, most, skipped)[0];
    }
    for (std::size_t i = 0; i < neighbors.size(); ++i) {
      rows[i] = neighbors[i].row;
      cosines[i] = neighbors[i].cosine;
    }
    *found = neighbors.size();
    return HOGVEC_OK;
  });
}

hogvec_status hogvec_vectors_save(const hogvec_vectors* vectors, const char* path, int format) {
  return c::guarded([&] {
    c::require_given(vectors, "vectors");
    c::require_given(path, "path");
    const io::VectorFormat written = format_of(format);
    require_writable_words(*vectors, written);
    io::OutputFile file(path);
    hogvec::run_with_threads(hogvec::usable_cores(), [&] {
      io::write_vectors(file, written, vectors->rows(),
                        [&](std::size_t row) { return vectors->word(row); });
    });
    file.commit();
    return HOGVEC_OK;
  });
}
