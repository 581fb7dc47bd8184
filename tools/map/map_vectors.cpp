#include "tools/map/map_vectors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "io/error.hpp"
#include "io/model_file.hpp"
#include "io/model_words.hpp"
#include "io/npy_file.hpp"
#include "io/repeated_words.hpp"
#include "io/vectors_file.hpp"

namespace hogvec::tools {

namespace {

/// The first rows of a matrix that is not ours.
Matrix copy_of(ConstMatrixView rows, std::size_t count) {
  Matrix copy(count, rows.dim());
  for (std::size_t k = 0; k < count; ++k) std::copy_n(rows.row(k), rows.dim(), copy.row(k));
  return copy;
}

void read_model(MapVectors& read, const std::string& path, std::size_t most_rows) {
  const io::ModelFile file = io::ModelFile::open(path);
  const io::ModelWords words(file);
  const ConstMatrixView input = file.matrix("input");
  if (input.dim() == 0 || input.rows() != words.size()) {
    throw Error(path +
                ": has no vectors of its words; give a model file that word2vec or "
                "convert wrote");
  }
  const std::size_t rows = std::min(most_rows, words.size());
  for (std::size_t k = 0; k < rows; ++k) {
    read.words.emplace_back(words.word(k));
    read.counts.push_back(words.count(k));
  }
  // convert writes 0 where it does not know them.
  const bool counted = std::any_of(read.counts.begin(), read.counts.end(),
                                   [](std::uint64_t count) { return count > 0; });
  if (!counted) read.counts.clear();
  read.values = copy_of(input, rows);
}

void read_npy(MapVectors& read, io::Content content, std::size_t most_rows) {
  const io::NpyFile file(std::move(content));
  read.words = io::read_npy_words(file);
  const std::size_t rows = std::min(most_rows, read.words.size());
  read.words.resize(rows);
  read.values = copy_of(file.matrix(), rows);
  file.require_unchanged();
}

void read_any(MapVectors& read, const std::string& path, std::size_t most_rows) {
  if (io::is_model_file(path)) return read_model(read, path, most_rows);
  io::Content content(path);
  if (io::is_npy(content.bytes())) return read_npy(read, std::move(content), most_rows);
  const io::VectorsFile file(std::move(content));
  const std::size_t rows = std::min(most_rows, file.rows());
  read.values = Matrix(rows, file.dim());
  read.words = file.read(rows, read.values.data(), read.values.stride());
}

double length_of(const float* row, std::size_t dim) {
  double squares = 0;  // of floats, which cannot pass its range
  for (std::size_t i = 0; i < dim; ++i) squares += double{row[i]} * double{row[i]};
  return std::sqrt(squares);
}

Matrix unit_of(const Matrix& values) {
  Matrix unit(values.rows(), values.dim());
  for (std::size_t k = 0; k < values.rows(); ++k) {
    const float* const from = values.row(k);
    const double length = length_of(from, values.dim());
    std::transform(from, from + values.dim(), unit.row(k),
                   [length](float value) { return static_cast<float>(value / length); });
  }
  return unit;
}

/// Leaves out rows whose word stands before, and moves the others up.
void leave_out_repeated(MapVectors& read) {
  io::RowsOfWords rows;
  const io::RepeatedWords repeated =
      io::keep_first_rows(read.words, rows, [&](std::size_t from, std::size_t to) {
        std::copy_n(read.values.row(from), read.values.dim(), read.values.row(to));
        if (!read.counts.empty()) read.counts[to] = read.counts[from];
      });
  if (repeated.rows > 0) read.notes.push_back(read.name + ": " + repeated.message());
}

/// The rows that have a direction.
std::vector<std::size_t> rows_with_direction(const MapVectors& read) {
  std::vector<std::size_t> rows;
  for (std::size_t k = 0; k < read.size(); ++k) {
    const double length = length_of(read.values.row(k), read.values.dim());
    if (std::isfinite(length) && length > 0) rows.push_back(k);
  }
  return rows;
}

}  // namespace

MapVectors read_map_vectors(const std::string& path, std::size_t most_rows) {
  MapVectors read;
  read.name = name_of_file(path);
  read_any(read, path, most_rows);
  leave_out_repeated(read);
  if (read.words.empty()) throw Error(path + ": holds no words; there is nothing to show");
  const std::vector<std::size_t> rows = rows_with_direction(read);
  if (rows.empty()) {
    throw Error(path + ": no word has a vector that is finite and not zero; there is no map of it");
  }
  const std::size_t left_out = read.size() - rows.size();
  if (left_out > 0) {
    read.notes.push_back(fmt::format(
        "{}: {} left out, since {} zero or {} a number that is not finite", read.name,
        left_out == 1 ? "1 word is" : fmt::format("{} words are", left_out),
        left_out == 1 ? "its vector is" : "their vectors are", left_out == 1 ? "has" : "have"));
  }
  return rows_of(read, rows);
}

MapVectors rows_of(const MapVectors& all, const std::vector<std::size_t>& rows) {
  MapVectors some;
  some.name = all.name;
  some.notes = all.notes;
  some.values = Matrix(rows.size(), all.values.dim());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    some.words.push_back(all.words[rows[k]]);
    if (!all.counts.empty()) some.counts.push_back(all.counts[rows[k]]);
    std::copy_n(all.values.row(rows[k]), all.values.dim(), some.values.row(k));
  }
  some.unit = unit_of(some.values);
  return some;
}

void keep_common_words(MapVectors& first, MapVectors& second, std::size_t most) {
  std::unordered_map<std::string_view, std::size_t> rows;
  for (std::size_t k = 0; k < second.size(); ++k) rows.emplace(second.words[k], k);
  std::vector<std::size_t> of_first;
  std::vector<std::size_t> of_second;
  for (std::size_t k = 0; k < first.size() && of_first.size() < most; ++k) {
    const auto found = rows.find(first.words[k]);
    if (found == rows.end()) continue;
    of_first.push_back(k);
    of_second.push_back(found->second);
  }
  if (of_first.empty()) {
    throw Error(fmt::format("{} and {}: have no word in common", first.name, second.name));
  }
  first = rows_of(first, of_first);
  second = rows_of(second, of_second);
}

std::string name_of_file(const std::string& path) {
  if (path == "-") return "standard input";
  return path.substr(path.find_last_of('/') + 1);
}

}  // namespace hogvec::tools
