#include "tools/convert_info.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/model/stored_model.hpp"
#include "engine/train/schedule.hpp"
#include "io/error.hpp"
#include "io/model_file.hpp"
#include "io/model_words.hpp"
#include "io/npy_file.hpp"
#include "tools/vectors_input.hpp"

namespace hogvec::tools {

namespace {

using Json = nlohmann::ordered_json;

/// A path may be any bytes; nothing that would move a terminal's cursor.
std::string shown_path(std::string path) {
  std::replace_if(
      path.begin(), path.end(), [](unsigned char c) { return c < ' ' || c == 127; }, '?');
  return path;
}

std::string line_of(std::string_view name, std::string_view value) {
  return fmt::format("{:<12} {}\n", name, value);
}

std::string sizes(std::size_t rows, std::size_t dim) {
  return line_of("words", std::to_string(rows)) + line_of("dimensions", std::to_string(dim));
}

const char* describe(io::ModelState state) noexcept {
  switch (state) {
    case io::ModelState::kTraining:
      return "in training, or its trainer died";
    case io::ModelState::kStopped:
      return "stopped, with more to train";
    case io::ModelState::kFinished:
      return "finished";
    case io::ModelState::kDiverged:
      return "diverged";
  }
  return "unknown";
}

/// As JSON without a byte that a terminal would obey.
std::string ascii(const Json& value) {
  return value.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string setting(const std::string& name, const Json& value) {
  const std::string quoted = ascii(name);
  return fmt::format("  {:<20} {}\n", quoted.substr(1, quoted.size() - 2), ascii(value));
}

/// The settings in the plan, a line each. Whatever the section holds, little is read and shown.
std::string describe_plan(const io::ModelFile& file) {
  constexpr std::size_t kMostBytes = 1 << 16;
  constexpr int kMostDepth = 8;
  if (!file.has("plan")) return "";
  const std::span<const std::byte> bytes = file.section("plan");
  if (bytes.size() > kMostBytes) return "\nplan: too long to be shown\n";
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  text = text.substr(0, text.find('\0'));  // a section may be longer than what it holds
  const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= kMostDepth; };
  const Json plan = Json::parse(text, shallow, false);
  if (!plan.is_object()) return "\nplan: is no JSON object\n";
  if (plan.empty()) return "";
  std::string lines = "\nplan\n";
  for (const auto& [name, value] : plan.items()) {
    // What a run is told, in three groups.
    if (!value.is_object() || (name != "plan" && name != "text" && name != "flags")) {
      lines += setting(name, value);
      continue;
    }
    for (const auto& [inner, setting_value] : value.items()) lines += setting(inner, setting_value);
  }
  return lines;
}

/// Where the run stands, and the loss of every epoch that has begun; nothing where the file is of
/// no run, or says nothing that can be understood.
std::string describe_position(const io::ModelFile& file) {
  try {
    if (!file.has("position")) return "";
    const RunRecord record = read_record(file);
    const PositionRecord position = read_position(file);
    const std::uint64_t chunks = ChunkPlan::count(record.text_words);
    const std::uint64_t total = chunks * record.plan.epochs;
    const std::uint64_t done = position.next - position.redo.size();
    std::string lines = fmt::format("\nposition\n  {:<20} {} of {}\n  {:<20} {:.0f}\n", "chunks",
                                    done, total, "seconds", position.seconds);
    for (std::size_t epoch = 0; epoch < position.epochs.size(); ++epoch) {
      const EpochLoss loss(epoch, position.epochs[epoch].loss);
      lines +=
          fmt::format("  {:<20} {:.6f}\n", fmt::format("loss of epoch {}", epoch + 1), loss.loss);
    }
    return lines;
  } catch (const Error& error) {
    return fmt::format("\nposition: {}\n", shown_path(error.what()));
  }
}

std::string describe_model(const std::string& path) {
  const io::ModelFile file = io::ModelFile::open(path);
  const io::ModelFile::Version version = file.version();
  const std::vector<io::ModelSection> sections = file.sections();
  std::string lines =
      line_of("format", fmt::format("model file, version {}.{}", version.major, version.minor)) +
      line_of("state", describe(file.state()));
  if (file.has("words")) lines += line_of("words", std::to_string(io::ModelWords(file).size()));
  for (const io::ModelSection& section : sections) {
    if (section.name == "input") lines += line_of("dimensions", std::to_string(section.dim));
  }
  lines += fmt::format("\n{:<16} {:>16} {:>14} {:>8}\n", "section", "bytes", "rows", "columns");
  for (const io::ModelSection& section : sections) {
    lines += fmt::format("{:<16} {:>16}", section.name, section.bytes);
    if (section.is_matrix()) lines += fmt::format(" {:>14} {:>8}", section.rows, section.dim);
    lines += '\n';
  }
  return lines + describe_plan(file) + describe_position(file);
}

std::string describe_vectors(io::Content content) {
  const io::VectorsFile file(std::move(content));
  const char* const format = file.format() == io::VectorFormat::kText     ? "word2vec, text"
                             : file.format() == io::VectorFormat::kBinary ? "word2vec, binary"
                                                                          : "GloVe's text";
  return line_of("format", format) + sizes(file.rows(), file.dim());
}

std::string describe_npy(io::Content content) {
  const io::NpyFile file(std::move(content));
  const ConstMatrixView matrix = file.matrix();
  return line_of("format", ".npy, float32") + sizes(matrix.rows(), matrix.dim());
}

}  // namespace

std::string describe_file(const std::string& path) {
  const std::string file = line_of("file", shown_path(path));
  if (io::is_model_file(path)) return file + describe_model(path);
  io::Content content(path);
  const bool npy = io::is_npy(content.bytes());
  return file + (npy ? describe_npy(std::move(content)) : describe_vectors(std::move(content)));
}

}  // namespace hogvec::tools
