#include "tools/page/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "io/error.hpp"
#include "tools/page/files.hpp"

namespace hogvec::tools {

namespace {

constexpr std::string_view kFrame = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{styles}</style>
</head>
<body>
{body}<noscript><p>This page draws itself with JavaScript, which is off.</p></noscript>
<script type="application/json" id="data">{data}</script>
<script>
"use strict";
{scripts}</script>
</body>
</html>
)";

/// What common.css and common.js are to all pages; then a page's own, which may be in several
/// files: NAME.PART.js, and NAME.js, by which it begins.
std::string joined(std::string_view name, std::string_view end) {
  const std::string first = fmt::format("common{}", end);
  const std::string last = fmt::format("{}{}", name, end);
  const std::string part = fmt::format("{}.", name);
  std::string all(page_file(first));
  for (const PageFile& file : page_files()) {
    if (file.name.starts_with(part) && file.name.ends_with(end) && file.name != last) {
      all += file.text;
    }
  }
  for (const PageFile& file : page_files()) {
    if (file.name == last) all += file.text;
  }
  return all;
}

}  // namespace

std::string html_page(std::string_view name, std::string_view title, const nlohmann::json& data) {
  return fmt::format(kFrame, fmt::arg("title", html_text(title)),
                     fmt::arg("styles", joined(name, ".css")),
                     fmt::arg("body", page_file(fmt::format("{}.html", name))),
                     fmt::arg("data", script_json(data)), fmt::arg("scripts", joined(name, ".js")));
}

std::string html_text(std::string_view text) {
  constexpr std::pair<char, std::string_view> kNames[] = {
      {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
  std::string out;
  for (const char c : text) {
    const auto* const named = std::find_if(std::begin(kNames), std::end(kNames),
                                           [c](const auto& name) { return name.first == c; });
    if (named == std::end(kNames)) {
      out += c;
    } else {
      out += named->second;
    }
  }
  return out;
}

std::string script_json(const nlohmann::json& data) {
  // Its texts alone may have a "<": a script, or a comment, must not seem to end or to begin there.
  std::string out = data.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  for (std::size_t at = 0; (at = out.find('<', at)) != std::string::npos;) {
    out.replace(at, 1, "\\u003c");
  }
  return out;
}

std::string_view page_file(std::string_view name) {
  for (const PageFile& file : page_files()) {
    if (file.name == name) return file.text;
  }
  throw Error(fmt::format("page {}: is not built in", name));
}

}  // namespace hogvec::tools
