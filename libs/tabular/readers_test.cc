// The readers of the three formats: what people's files hold, and what they must not do to us.
#include <catch2/catch.hpp>

#include "libs/tabular/encoding.h"
#include "libs/tabular/xlsx_fixture.h"

namespace fiscus::tabular {
namespace {

// Rows as text, or the error.
std::string Read(const std::string& bytes, const SheetOptions& options) {
  CollectRows rows;
  const absl::Status status = ReadSheet(bytes, options, rows);
  return status.ok() ? rows.Text() : "ERROR " + std::string(status.message());
}

std::string Csv(const std::string& bytes, char delimiter = ',',
                TextEncoding encoding = TextEncoding::kUtf8) {
  return Read(bytes, {.format = FileFormat::kCsv, .delimiter = delimiter, .encoding = encoding});
}

std::string Json(const std::string& bytes, const std::string& path = "") {
  return Read(bytes, {.format = FileFormat::kJson, .json_path = path});
}

std::string Xlsx(const std::string& bytes, const Limits& limits = {}) {
  return Read(bytes, {.format = FileFormat::kXlsx, .limits = limits});
}

using Catch::Matchers::Contains;

TEST_CASE("CSV: delimiters, quotes, line ends and encodings", "[tabular]") {
  CHECK(Csv("a,b\r\n1,\"x, \"\"y\"\"\"\n,3") == "1: A=a B=b\n2: A=1 B=x, \"y\"\n3: B=3\n");
  CHECK(Csv("a;b\rc;d\r", ';') == "1: A=a B=b\n2: A=c B=d\n");
  CHECK(Csv("a,\"two\nlines\"\n\nb") == "1: A=a B=two\nlines\n2:\n3: A=b\n");
  CHECK(Csv("\xEF\xBB\xBF"
            "a\n") == "1: A=a\n");
  CHECK(Csv("\xD6\xD0\xCE\xC4,1\n", ',', TextEncoding::kGb18030) == "1: A=中文 B=1\n");
  CHECK(Csv("Peque\xF1o \x80\n", ',', TextEncoding::kCp1252) == "1: A=Pequeño €\n");
  CHECK(Csv("\"\"\n") == "1:\n");
}

TEST_CASE("CSV: damage is named with its place", "[tabular]") {
  CHECK_THAT(Csv("a\n\"open"), Contains("row 2: a quoted cell does not end"));
  CHECK_THAT(Csv("\"a\"b\n"), Contains("row 1, column A: text follows the closing quote"));
  CHECK_THAT(Csv(std::string("a\0b", 3)), Contains("NUL"));
  CHECK_THAT(Csv("abc\xFF"), Contains("not UTF-8 near byte"));
  CHECK_THAT(Csv("\xC3"), Contains("not UTF-8"));
  CHECK_THAT(Csv(""), Contains("empty"));
  SheetOptions tight{.format = FileFormat::kCsv};
  tight.limits.cell_bytes_max = 4;
  tight.limits.rows_max = 2;
  CHECK_THAT(Read("abcde", tight), Contains("more than 4 bytes"));
  CHECK_THAT(Read("a\nb\nc\n", tight), Contains("more than 2 rows"));
}

TEST_CASE("Text is decoded across the pieces in which it is converted", "[tabular]") {
  std::string long_text;
  while (long_text.size() < 300'000) long_text += "省";
  std::string decoded;
  const auto take = [&decoded](std::string_view piece) {
    decoded += piece;
    return absl::OkStatus();
  };
  REQUIRE(DecodeText(long_text, TextEncoding::kUtf8, take).ok());
  CHECK(decoded == long_text);
}

TEST_CASE("JSON: an array of objects, at the top or at a path", "[tabular]") {
  CHECK(Json(R"([{"a":1,"b":"x"},{"b":"y","c":{"d":true}},{}])") ==
        "0: A=a B=b C=c.d\n1: A=1 B=x\n2: B=y C=true\n3:\n");
  CHECK(Json(R"({"meta":[1],"data":{"rows":[{"a":null,"list":[1,2]}]}})", "data.rows") ==
        "0: A=a\n1: A=\n");
  CHECK(Json(R"([{"n":9007199254740993},{"n":12345678901234567890123},{"n":1.50}])") ==
        "0: A=n\n1: A=9007199254740993\n2: A=12345678901234567890123\n3: A=1.50\n");
}

TEST_CASE("JSON: damage is named", "[tabular]") {
  CHECK_THAT(Json("[{]"), Contains("no JSON near byte"));
  CHECK_THAT(Json(R"({"a":1})"), Contains("no array"));
  CHECK_THAT(Json(R"({"a":1})", "a.b"), Contains("no array at 'a.b'"));
  CHECK_THAT(Json("[1]"), Contains("element 1 of the array is no object"));
  CHECK_THAT(Json(R"([{"a":1,"a":2}])"), Contains("'a' twice"));
  CHECK_THAT(Json("[{\"a\":" + std::string(100'000, '[')), Contains("nested deeper"));
}

TEST_CASE("XLSX: kinds of cells, left-out references, formulas by their cached value",
          "[tabular]") {
  const std::string strings =
      "<si><t>plain</t></si><si><r><t>rich </t></r><r><t>text</t></r><rPh><t>guide</t></rPh></si>";
  const std::string sheet =
      R"(<row r="2"><c r="B2" t="s"><v>0</v></c><c r="D2" t="s"><v>1</v></c><c t="inlineStr"><is><t>in</t></is></c></row>)"
      R"(<row><c><f>1+1</f><v>27524608.870000001</v></c><c t="str"><f>A1</f><v>text</v></c><c t="b"><v>1</v></c>)"
      R"(<c t="e"><v>#DIV/0!</v></c><c s="4"/></row>)";
  CHECK(Xlsx(Workbook(sheet, strings)) ==
        "2: B=plain D=rich text E=in\n3: A=27524608.870000001 B=text C=true D=#DIV/0!\n");
}

TEST_CASE("XLSX: the sheet is found by name, the 1904 system is reported", "[tabular]") {
  SheetOptions options{.sheet = "Other"};
  CHECK_THAT(Read(Workbook(""), options), Contains("no sheet 'Other'; it has: S"));
  CollectRows rows;
  REQUIRE(ReadSheet(ZipOf(WorkbookParts("", "", "<workbookPr date1904=\"1\"/>")), {}, rows).ok());
  CHECK(rows.dates_1904);
}

TEST_CASE("XLSX: damaged and hostile workbooks end with one clear sentence", "[tabular]") {
  CHECK_THAT(Xlsx("no zip at all"), Contains("no XLSX workbook"));
  CHECK_THAT(Xlsx(ZipOf({{"a.txt", "x"}})), Contains("no part _rels/.rels"));
  CHECK_THAT(Xlsx(Workbook("<row r=\"2\"/><row r=\"1\"/>")), Contains("row '1' follows row 2"));
  CHECK_THAT(Xlsx(Workbook("<row r=\"1\"><c r=\"B1\"/><c r=\"A1\"/></row>")),
             Contains("out of order"));
  CHECK_THAT(Xlsx(Workbook("<row r=\"1\"><c t=\"s\"><v>7</v></c></row>")),
             Contains("A1 refers to a shared string"));
  CHECK_THAT(Xlsx(Workbook("<row r=\"1\">")), Contains("mismatched tag"));
  std::string cut = Workbook("<row r=\"1\"><c><v>1</v></c></row>");
  CHECK_THAT(Xlsx(cut.substr(0, cut.size() - 30)), Contains("ERROR"));
  auto parts = WorkbookParts("");
  parts["xl/worksheets/sheet1.xml"] =
      "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
      "\"&a;&a;&a;&a;\">]><worksheet>&b;</worksheet>";
  CHECK_THAT(Xlsx(ZipOf(parts)), Contains("document type declarations are not accepted"));
}

TEST_CASE("XLSX: bombs are stopped by what they do, not by what they declare", "[tabular]") {
  Limits limits;
  const std::string bomb =
      Workbook("<row r=\"1\"><c><v>" + std::string(40'000'000, '1') + "</v></c></row>");
  REQUIRE(bomb.size() < 200'000);
  CHECK_THAT(Xlsx(bomb), Contains("more than"));  // the cell's bound comes first
  limits.cell_bytes_max = int64_t{1} << 40;
  CHECK_THAT(Xlsx(bomb, limits), Contains("unpacks to more than 200 times its size"));
  limits.ratio_max = 1'000'000;
  limits.entry_bytes_max = 1'000'000;
  CHECK_THAT(Xlsx(bomb, limits), Contains("unpacks to more than 1000000 bytes"));
  limits = {};
  limits.depth_max = 10;
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "<x>";
  CHECK_THAT(Xlsx(Workbook(deep), limits), Contains("nested deeper than 10"));
  limits = {};
  limits.archive_entries_max = 3;
  CHECK_THAT(Xlsx(Workbook(""), limits), Contains("5 parts"));
  limits = {};
  limits.strings_bytes_max = 10;
  CHECK_THAT(Xlsx(Workbook("", "<si><t>12345678901</t></si>"), limits),
             Contains("shared strings exceed"));
  limits.strings_bytes_max = 1000 * static_cast<int64_t>(sizeof(std::string));
  std::string empty_strings;
  for (int i = 0; i < 1001; ++i) empty_strings += "<si/>";
  CHECK_THAT(Xlsx(Workbook("", empty_strings), limits), Contains("shared strings exceed"));
  limits = {};
  std::string references;
  for (int i = 0; i < 20; ++i) references += "<c t=\"s\"><v>0</v></c>";
  const std::string long_string = "<si><t>" + std::string(1 << 20, 'x') + "</t></si>";
  CHECK_THAT(Xlsx(Workbook("<row r=\"1\">" + references + "</row>", long_string)),
             Contains("row 1 has more than 16777216 bytes"));
  limits.columns_max = 3;
  CHECK_THAT(Xlsx(Workbook("<row r=\"1\"><c r=\"D1\"><v>1</v></c></row>"), limits),
             Contains("more than 3 columns"));
}

TEST_CASE("Any cut and any flipped byte of a workbook ends in rows or in an error", "[tabular]") {
  const std::string good =
      Workbook("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>", "<si><t>s</t></si>");
  for (size_t i = 0; i < good.size(); i += 3) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x55);
    CHECK_FALSE(Xlsx(bad).empty());
    CHECK_FALSE(Xlsx(good.substr(0, i)).empty());
  }
}

}  // namespace
}  // namespace fiscus::tabular
