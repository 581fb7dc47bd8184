// All that a map shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/query/nearest.hpp"
#include "tools/map/map_quality.hpp"
#include "tools/map/map_vectors.hpp"
#include "tools/map/moved_words.hpp"
#include "tools/map/plane.hpp"
#include "tools/map/word_classes.hpp"
#include "tools/map/word_table.hpp"

namespace hogvec::tools {

struct MapModel {
  MapVectors vectors;
  std::vector<std::vector<Neighbor>> nearest;  // by cosine, among the words shown
  std::vector<Point> points;
  std::optional<MapQuality> quality;
};

/// One model, or two with the same words in the same rows.
struct MapData {
  std::vector<MapModel> models;
  std::vector<std::uint64_t> counts;  // of the words; empty where they are not known
  std::size_t neighbors = 0;          // of each word, that a page has
  std::optional<WordClasses> classes;
  std::vector<WordColumn> columns;
  std::optional<MovedWords> moved;      // where there are two models
  std::vector<std::string> projection;  // what was done, in sentences
  std::vector<std::string> notes;       // what was left out, a line each
};

/// What the page's script reads. Numbers of all words stand in base64: positions as 16 bits a
/// coordinate of the square that the points of all models are in, neighbors as 16 or, where there
/// are more than 65,536 words, 32 bits, cosines as ten thousandths in 16; the lowest byte first.
nlohmann::json map_json(const MapData& data);

/// "a.bin and b.bin: 3,000 words".
std::string map_title(const MapData& data);

/// 12,345.
std::string with_commas(std::size_t number);

}  // namespace hogvec::tools
