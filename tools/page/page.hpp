// A page: one HTML file that needs no network, no server and no other file.
//
// Its parts are files of this folder, which are compiled in: NAME.html is what is in the body,
// NAME.css and NAME.js are its own (before NAME.js all of NAME.PART.js), common.css and common.js
// those of all pages. What the page shows is JSON, made by the program; the script draws it. A
// content security policy, also for who opens the file from a disk, forbids every address.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace hogvec::tools {

/// The whole file of the page `name`. `data` is what the script finds as DATA; words in it may be
/// any bytes: what is no UTF-8 becomes U+FFFD. The same arguments are the same bytes.
/// Errors: Error where there is no such page.
std::string html_page(std::string_view name, std::string_view title, const nlohmann::json& data);

/// Text as HTML has it between tags and in attributes. Bytes that are no UTF-8 stay.
std::string html_text(std::string_view text);

/// JSON in ASCII that may stand within a <script>: no "<", no line ends that JavaScript knows.
std::string script_json(const nlohmann::json& data);

/// A file of this folder. Errors: Error where there is none of that name.
std::string_view page_file(std::string_view name);

}  // namespace hogvec::tools
