#include "tools/map/projector_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "io/error.hpp"

namespace hogvec::tools {

namespace {

std::string made_folder(const std::string& folder) {
  if (mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST) {
    throw system_error(folder, "cannot be made");
  }
  return folder + "/";
}

void require_one_cell(std::string_view text, const std::string& name, std::size_t row) {
  if (text.find_first_of("\t\r\n") == std::string_view::npos) return;
  throw Error(
      fmt::format("{}: row {} has a word or a text with a tab or the end of a line, which the "
                  "projector's files cannot hold",
                  name, row + 1));
}

std::string vectors_tsv(const MapVectors& vectors) {
  std::string text;
  for (std::size_t row = 0; row < vectors.size(); ++row) {
    for (std::size_t i = 0; i < vectors.values.dim(); ++i) {
      fmt::format_to(std::back_inserter(text), "{}{}", i == 0 ? "" : "\t",
                     vectors.values.row(row)[i]);
    }
    text += '\n';
  }
  return text;
}

std::string cell_of(const WordColumn& column, std::size_t row) {
  if (column.numbers) {
    return std::isnan(column.values[row]) ? "" : fmt::format("{}", column.values[row]);
  }
  return column.text_of[row] < 0 ? "" : column.texts[static_cast<std::size_t>(column.text_of[row])];
}

/// With one column there would be no line of names, so there are always two.
std::string metadata_tsv(const MapData& data) {
  const MapVectors& vectors = data.models.front().vectors;
  std::string text = "word\tplace";
  if (!data.counts.empty()) text += "\tcount";
  if (data.classes) text += "\tclass";
  for (const WordColumn& column : data.columns) {
    require_one_cell(column.name, "-table", 0);
    text += "\t" + column.name;
  }
  text += '\n';
  for (std::size_t row = 0; row < vectors.size(); ++row) {
    require_one_cell(vectors.words[row], vectors.name, row);
    text += fmt::format("{}\t{}", vectors.words[row], row + 1);
    if (!data.counts.empty()) text += fmt::format("\t{}", data.counts[row]);
    if (data.classes) text += fmt::format("\t{}", data.classes->of[row] + 1);
    for (const WordColumn& column : data.columns) {
      const std::string cell = cell_of(column, row);
      require_one_cell(cell, vectors.name, row);
      text += "\t" + cell;
    }
    text += '\n';
  }
  return text;
}

/// A name as a string of protocol buffers' text, without bytes that would end it.
std::string plain(const std::string& name) {
  std::string text;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    text += letter || c == '.' || c == '-' ? c : '_';
  }
  return text;
}

}  // namespace

ProjectorFiles::ProjectorFiles(const std::string& folder)
    : vectors_(made_folder(folder) + "vectors.tsv"),
      metadata_(folder + "/metadata.tsv"),
      config_(folder + "/projector_config.pbtxt"),
      web_config_(folder + "/config.json") {}

void ProjectorFiles::write(const MapData& data) {
  const MapVectors& vectors = data.models.front().vectors;
  const std::string name = plain(vectors.name);
  const std::string metadata = metadata_tsv(data);  // its errors before anything is written
  vectors_.write(vectors_tsv(vectors));
  metadata_.write(metadata);
  config_.write(
      fmt::format("embeddings {{\n  tensor_name: \"{}\"\n  tensor_path: \"vectors.tsv\"\n"
                  "  metadata_path: \"metadata.tsv\"\n}}\n",
                  name));
  const nlohmann::ordered_json embedding{{"tensorName", name},
                                         {"tensorShape", {vectors.size(), vectors.values.dim()}},
                                         {"tensorPath", "vectors.tsv"},
                                         {"metadataPath", "metadata.tsv"}};
  const nlohmann::ordered_json config{{"embeddings", nlohmann::ordered_json::array({embedding})}};
  web_config_.write(config.dump(2) + "\n");
  for (io::OutputFile* const file : {&vectors_, &metadata_, &config_, &web_config_}) {
    file->commit();
  }
}

}  // namespace hogvec::tools
