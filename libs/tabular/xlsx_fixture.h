// Workbooks made in memory, for tests of this folder only.
#pragma once

#include <zip.h>

#include <map>
#include <string>

#include "libs/tabular/sheet_reader.h"

namespace fiscus::tabular {

// A zip archive of the given entries.
inline std::string ZipOf(const std::map<std::string, std::string>& entries) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(target);
  zip_t* zip = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  for (const auto& [name, content] : entries) {
    zip_source_t* source = zip_source_buffer(zip, content.data(), content.size(), 0);
    zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8);
  }
  zip_close(zip);
  zip_stat_t stat;
  zip_source_stat(target, &stat);
  std::string bytes(stat.size, '\0');
  zip_source_open(target);
  zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  zip_source_free(target);
  return bytes;
}

// The parts of a workbook with one sheet "S"; `sheet_data` is the content of <sheetData>, `strings`
// of <sst>.
inline std::map<std::string, std::string> WorkbookParts(const std::string& sheet_data,
                                                        const std::string& strings = "",
                                                        const std::string& workbook_pr = "") {
  const std::string main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const std::string rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const std::string rels =
      "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">";
  return {
      {"_rels/.rels", rels + "<Relationship Id=\"r1\" Type=\"" + rel +
                          "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"},
      {"xl/workbook.xml",
       "<workbook xmlns=\"" + main + "\" xmlns:r=\"" + rel + "\">" + workbook_pr +
           "<sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"},
      {"xl/_rels/workbook.xml.rels",
       rels + "<Relationship Id=\"r1\" Type=\"" + rel +
           "/worksheet\" Target=\"worksheets/sheet1.xml\"/>" + "<Relationship Id=\"r2\" Type=\"" +
           rel + "/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/></Relationships>"},
      {"xl/sharedStrings.xml", "<sst xmlns=\"" + main + "\">" + strings + "</sst>"},
      {"xl/worksheets/sheet1.xml",
       "<worksheet xmlns=\"" + main + "\"><sheetData>" + sheet_data + "</sheetData></worksheet>"},
  };
}

inline std::string Workbook(const std::string& sheet_data, const std::string& strings = "") {
  return ZipOf(WorkbookParts(sheet_data, strings));
}

// Collects what a reader delivers.
struct CollectRows : RowHandler {
  std::vector<Row> rows;
  bool dates_1904 = false;
  void OnDates1904() override { dates_1904 = true; }
  absl::Status OnRow(const Row& row) override {
    rows.push_back(row);
    return absl::OkStatus();
  }
  // "12: A=x C=y" a row.
  std::string Text() const {
    std::string text;
    for (const Row& row : rows) {
      text += std::to_string(row.number) + ":";
      for (const Cell& cell : row.cells) text += " " + ColumnName(cell.column) + "=" + cell.text;
      text += "\n";
    }
    return text;
  }
};

}  // namespace fiscus::tabular
