// Names, dates and coordinates.
#include "libs/tabular/fold.h"

#include <google/protobuf/text_format.h>

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "libs/tabular/cell.h"
#include "libs/tabular/dates.h"

namespace fiscus::tabular {
namespace {

imports::v1::Folding FoldingOf(const std::string& text) {
  imports::v1::Folding folding;
  REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &folding));
  return folding;
}

TEST_CASE("Spellings of one name fold together, others do not", "[tabular]") {
  auto book = NameBook::Make(FoldingOf(R"(
      name: "unit" fold_case: true fold_accents: true fold_spaces: true fold_punctuation: true
      alias { canonical: "Delegación Tlalpan" key: "tlalpan" spelling: "Delagación Tlalpan" })"));
  REQUIRE(book.ok());
  for (const char* spelling : {"Delegación Tlalpan", "DELEGACION  TLALPAN.", " delegacion tlalpan ",
                               "DELAGACIÓN TLALPAN"}) {
    CAPTURE(spelling);
    CHECK(book->Resolve(spelling)->key == "tlalpan");
  }
  CHECK(book->Resolve("Delegación Tláhuac")->key == "delegacion-tlahuac");
  CHECK(book->Resolve("DELEGACION TLAHUAC")->canonical == "Delegación Tláhuac");
  CHECK(book->Resolve("教育局")->key == book->Resolve(" 教育局")->key);
  CHECK(book->Resolve("教育局")->key != book->Resolve("交通局")->key);
}

TEST_CASE("The key of a name does not depend on the names before it", "[tabular]") {
  const std::string long_name = "Department of roads, bridges and all other works";
  const std::vector<std::string> names = {
      "a-b", "a b", "A B", "á b", long_name, long_name + " north", "教育局 b", "交通局 b"};
  const auto keys = [](const std::vector<std::string>& order) {
    auto book = NameBook::Make(FoldingOf(R"(name: "unit")"));
    REQUIRE(book.ok());
    std::map<std::string, std::string> found;
    for (const std::string& name : order) found[name] = book->Resolve(name)->key;
    return found;
  };
  const auto forward = keys(names);
  CHECK(forward == keys({names.rbegin(), names.rend()}));
  std::set<std::string> distinct;
  for (const auto& [name, key] : forward) {
    CHECK(key.size() <= 40);
    distinct.insert(key);
  }
  CHECK(distinct.size() == names.size());
  CHECK(forward.at("a b") == "a-b");
}

TEST_CASE("Without steps a folding tells apart what differs; a closed one learns nothing",
          "[tabular]") {
  auto exact = NameBook::Make(FoldingOf(R"(name: "x")"));
  REQUIRE(exact.ok());
  CHECK(exact->Resolve("Aa")->key != exact->Resolve("aa")->key);
  auto closed = NameBook::Make(
      FoldingOf(R"(name: "x" closed: true fold_case: true alias { canonical: "A" })"));
  REQUIRE(closed.ok());
  CHECK(closed->Resolve("a")->canonical == "A");
  CHECK(absl::IsNotFound(closed->Resolve("b").status()));
}

TEST_CASE("A folding that contradicts itself is refused", "[tabular]") {
  CHECK_FALSE(
      NameBook::Make(
          FoldingOf(
              R"(name: "x" fold_case: true alias { canonical: "A" } alias { canonical: "a" })"))
          .ok());
  CHECK_FALSE(
      NameBook::Make(
          FoldingOf(
              R"(name: "x" alias { canonical: "A" key: "k" } alias { canonical: "B" key: "k" })"))
          .ok());
}

TEST_CASE("Dates by pattern and by serial number", "[tabular]") {
  CHECK(ParseDate("2016-03-31", "yyyy-MM-dd") == "2016-03-31");
  CHECK(ParseDate("1/2/16", "d/M/yy") == "2016-02-01");
  CHECK(ParseDate("2024年2月29日", "yyyy年M月d日") == "2024-02-29");
  for (const char* wrong :
       {"2023-02-29", "2016-3-31", "2016-13-01", "2016-03-31x", "", "2016-03"}) {
    CAPTURE(wrong);
    CHECK_FALSE(ParseDate(wrong, "yyyy-MM-dd").has_value());
  }
  CHECK(ParseSerialDate("42460", false) == "2016-03-31");
  CHECK(ParseSerialDate("42460.75", false) == "2016-03-31");
  CHECK(ParseSerialDate("40998", true) == "2016-03-31");
  CHECK(ParseSerialDate("59", false) == "1900-02-28");
  CHECK(ParseSerialDate("61", false) == "1900-03-01");
  CHECK_FALSE(ParseSerialDate("60", false).has_value());
  CHECK_FALSE(ParseSerialDate("0", false).has_value());
  CHECK_FALSE(ParseSerialDate("1E9", false).has_value());
  CHECK_FALSE(IsDatePattern("yyyy-MM"));
  CHECK_FALSE(IsDatePattern("dd dd yyyy MM"));
}

TEST_CASE("Column names and references", "[tabular]") {
  for (const auto& [index, name] : std::vector<std::pair<int, std::string>>{{0, "A"},
                                                                            {25, "Z"},
                                                                            {26, "AA"},
                                                                            {29, "AD"},
                                                                            {701, "ZZ"},
                                                                            {702, "AAA"},
                                                                            {16383, "XFD"}}) {
    CHECK(ColumnName(index) == name);
    CHECK(ParseColumnName(name) == index);
  }
  for (const char* wrong : {"", "a", "A1", "XFE", "AAAA"})
    CHECK_FALSE(ParseColumnName(wrong).has_value());
  CHECK(CellRef(12, 2) == "C12");
  CHECK(Trimmed("\xC2\xA0 a b \xE3\x80\x80\n") == "a b");
}

}  // namespace
}  // namespace fiscus::tabular
