// fold_case, caseless and ascii_lower, by examples out of CaseFolding.txt, and on bytes that are no
// UTF-8.
#include <doctest/doctest.h>

#include "engine/case_folding.hpp"

using namespace hogvec;

TEST_CASE("letters of any script lose their case, one for one") {
  CHECK(fold_case("AbZ[@`{ 09") == "abz[@`{ 09");
  CHECK(fold_case("ÄÖÜß×ÞàÿÉ") == "äöüß×þàÿé");
  CHECK(fold_case("ŁŻŠČŸŊĐ") == "łżščÿŋđ");
  CHECK(fold_case("ΑΒΓΠΩ Σς") == "αβγπω σσ");
  CHECK(fold_case("МОСКВАЁЯІЇ") == "москваёяії");
  CHECK(fold_case("ԵՐԵՒԱՆ ᲗᲑᲘᲚᲘᲡᲘ ＡＢＣ ǄUNGLA ɃETA ẀALES") ==
        "երեւան თბილისი ａｂｃ ǆungla ƀeta ẁales");
  CHECK(fold_case("ꭰꮃꭹ") == "ᎠᎳᎩ");          // Cherokee folds to capitals
  CHECK(fold_case("\U00010400") == "\U00010428");  // Deseret, beyond 16 bits
  CHECK(fold_case("ẞ ᾈ İ ı") == "ß ᾀ İ ı");        // what full folding makes several of
  CHECK(fold_case("K") == "k");                    // Kelvin: fewer bytes
  CHECK(fold_case("Ⱥ") == "ⱥ");                    // more bytes
}

TEST_CASE("words that are equal but for case are equal, however their capitals are spelled") {
  for (const auto& [one, other] : {std::pair{"STRASSE", "straße"},
                                   {"STRAẞE", "Straße"},
                                   {"ISPARTA", "ısparta"},
                                   {"İzmir", "IZMIR"},
                                   {"ԵՐԵՒԱՆ", "երևան"},
                                   {"ꭰꮃꭹ", "ᎠᎳᎩ"},
                                   {"ΟΔΟΣ", "οδος"},
                                   {"ΟΔΟΣ", "οδός"}}) {
    CHECK((caseless(one) == caseless(other)) == (std::string_view(other) != "οδός"));
  }
}

TEST_CASE("what is no UTF-8 stays") {
  for (const auto& fold : {fold_case, caseless}) {
    CHECK(fold("\xc3") == "\xc3");
    CHECK(fold("\xc3\x41") == "\xc3\x61");
    CHECK(fold("\xff\xd0\xd0\x90") == "\xff\xd0\xd0\xb0");
    CHECK(fold("\xed\xa0\x80\xf4\x90\x80\x80\xc0\x80") == "\xed\xa0\x80\xf4\x90\x80\x80\xc0\x80");
    CHECK(fold("").empty());
  }
}

TEST_CASE("the reference knows A to Z") { CHECK(ascii_lower("AZ[Ä") == "az[Ä"); }
