// Letters without their case, by Unicode's tables (utf8proc).
#pragma once

#include <string>
#include <string_view>

namespace hogvec {

/// UTF-8 by Unicode's simple case folding (statuses C and S of CaseFolding.txt): a letter for a
/// letter, "Straße" is "straße". Bytes that are no UTF-8 stay.
std::string fold_case(std::string_view text);

/// What words that are equal but for case have in common, however they are spelled in capitals:
/// full case folding (C and F), "STRASSE" and "straße" are "strasse"; the Turkish letters with and
/// without dot are i. To be compared, not to be shown. Bytes that are no UTF-8 stay.
std::string caseless(std::string_view word);

bool is_utf8(std::string_view text) noexcept;

/// A to Z in lower case alone, as the reference compares.
std::string ascii_lower(std::string_view word);

}  // namespace hogvec
