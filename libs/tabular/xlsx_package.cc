#include "libs/tabular/xlsx_package.h"

#include <map>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "libs/core/status.h"

namespace fiscus::tabular {
namespace {

struct Relation {
  std::string type;  // last segment of the type's URI: "worksheet", "sharedStrings"
  std::string target;
};

class RelationsHandler : public XmlHandler {
 public:
  explicit RelationsHandler(std::map<std::string, Relation>& relations) : relations_(relations) {}
  absl::Status OnStart(std::string_view name, const XmlAttributes& attributes) override {
    if (name != "Relationship" || attributes.Get("TargetMode") == "External")
      return absl::OkStatus();
    const std::string_view type = attributes.Get("Type");
    relations_[std::string(attributes.Get("Id"))] = {std::string(type.substr(type.rfind('/') + 1)),
                                                     std::string(attributes.Get("Target"))};
    return absl::OkStatus();
  }
  absl::Status OnEnd(std::string_view) override { return absl::OkStatus(); }
  absl::Status OnText(std::string_view) override { return absl::OkStatus(); }

 private:
  std::map<std::string, Relation>& relations_;
};

struct SheetEntry {
  std::string name;
  std::string relation;
};

class WorkbookHandler : public XmlHandler {
 public:
  std::vector<SheetEntry> sheets;
  bool dates_1904 = false;

  absl::Status OnStart(std::string_view name, const XmlAttributes& attributes) override {
    if (name == "workbookPr") {
      const std::string_view flag = attributes.Get("date1904");
      dates_1904 = flag == "1" || flag == "true";
    }
    // Get("id") is r:id: sheet has no other attribute with that local name.
    if (name == "sheet")
      sheets.push_back({std::string(attributes.Get("name")), std::string(attributes.Get("id"))});
    return absl::OkStatus();
  }
  absl::Status OnEnd(std::string_view) override { return absl::OkStatus(); }
  absl::Status OnText(std::string_view) override { return absl::OkStatus(); }
};

// Shared strings: <si> holds one <t>, or runs <r><t>; phonetic guides <rPh> are no part of the
// text.
class StringsHandler : public XmlHandler {
 public:
  StringsHandler(std::vector<std::string>& strings, int64_t bytes_max)
      : strings_(strings), bytes_max_(bytes_max) {}

  absl::Status OnStart(std::string_view name, const XmlAttributes&) override {
    if (name == "si") {
      // An empty string costs memory too, and compresses to nothing.
      RETURN_IF_ERROR(Count(sizeof(std::string)));
      strings_.emplace_back();
    }
    if (name == "rPh") in_phonetic_ = true;
    in_text_ = name == "t" && !in_phonetic_ && !strings_.empty();
    return absl::OkStatus();
  }
  absl::Status OnEnd(std::string_view name) override {
    if (name == "rPh") in_phonetic_ = false;
    in_text_ = false;
    return absl::OkStatus();
  }
  absl::Status OnText(std::string_view text) override {
    if (!in_text_) return absl::OkStatus();
    RETURN_IF_ERROR(Count(text.size()));
    strings_.back() += text;
    return absl::OkStatus();
  }

 private:
  absl::Status Count(size_t bytes) {
    bytes_ += static_cast<int64_t>(bytes);
    if (bytes_ <= bytes_max_) return absl::OkStatus();
    return absl::ResourceExhaustedError(
        absl::StrCat("the shared strings exceed ", bytes_max_, " bytes"));
  }

  std::vector<std::string>& strings_;
  const int64_t bytes_max_;
  int64_t bytes_ = 0;
  bool in_text_ = false;
  bool in_phonetic_ = false;
};

// The part that a relation's target names, seen from `base` ("xl/workbook.xml"); "/…" is absolute.
std::string ResolveTarget(const std::string& base, const std::string& target) {
  if (target.starts_with('/')) return target.substr(1);
  std::vector<std::string> path = absl::StrSplit(base, '/');
  path.pop_back();
  const std::vector<std::string> steps = absl::StrSplit(target, '/');
  for (const std::string& step : steps) {
    if (step == "..") {
      if (!path.empty()) path.pop_back();
    } else if (step != ".") {
      path.push_back(step);
    }
  }
  return absl::StrJoin(path, "/");
}

// "_rels/.rels" for "", "xl/_rels/workbook.xml.rels" for "xl/workbook.xml".
std::string RelationsPart(const std::string& part) {
  const size_t slash = part.rfind('/');
  if (slash == std::string::npos) return absl::StrCat("_rels/", part, ".rels");
  return absl::StrCat(part.substr(0, slash), "/_rels/", part.substr(slash + 1), ".rels");
}

absl::StatusOr<std::map<std::string, Relation>> ReadRelations(Archive& archive,
                                                              const std::string& part,
                                                              const Limits& limits) {
  std::map<std::string, Relation> relations;
  RelationsHandler handler(relations);
  RETURN_IF_ERROR(ParsePart(archive, RelationsPart(part), limits, handler));
  for (auto& [id, relation] : relations) relation.target = ResolveTarget(part, relation.target);
  return relations;
}

// The first sheet of that name that is a worksheet (not a chart or a macro sheet).
absl::StatusOr<std::string> FindSheet(const std::vector<SheetEntry>& sheets,
                                      const std::map<std::string, Relation>& relations,
                                      const std::string& wanted) {
  std::vector<std::string> names;
  for (const SheetEntry& sheet : sheets) {
    const auto relation = relations.find(sheet.relation);
    if (relation == relations.end() || relation->second.type != "worksheet") continue;
    if (wanted.empty() || sheet.name == wanted) return relation->second.target;
    names.push_back(sheet.name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the workbook has no sheet '", wanted,
                   "'; it has: ", names.empty() ? "none" : absl::StrJoin(names, ", ")));
}

}  // namespace

absl::Status ParsePart(Archive& archive, const std::string& part, const Limits& limits,
                       XmlHandler& handler) {
  XmlParser parser(handler, limits.depth_max);
  absl::Status inner;  // a status of the XML or its handler, as opposed to the archive's
  absl::Status status =
      archive.Read(part, [&](std::string_view piece) { return inner = parser.Feed(piece); });
  if (status.ok()) status = inner = parser.Finish();
  if (inner.ok()) return status;
  return absl::Status(inner.code(),
                      absl::StrCat("the workbook's part ", part, ": ", inner.message()));
}

absl::StatusOr<XlsxPackage> OpenXlsxPackage(Archive& archive, const std::string& sheet,
                                            const Limits& limits) {
  ASSIGN_OR_RETURN(const auto roots, ReadRelations(archive, "", limits));
  std::string workbook_part;
  for (const auto& [id, relation] : roots) {
    if (relation.type == "officeDocument") workbook_part = relation.target;
  }
  if (workbook_part.empty())
    return absl::InvalidArgumentError("the file is no XLSX workbook: no main part");

  WorkbookHandler workbook;
  RETURN_IF_ERROR(ParsePart(archive, workbook_part, limits, workbook));
  ASSIGN_OR_RETURN(const auto relations, ReadRelations(archive, workbook_part, limits));

  XlsxPackage package;
  package.dates_1904 = workbook.dates_1904;
  ASSIGN_OR_RETURN(package.sheet_part, FindSheet(workbook.sheets, relations, sheet));
  for (const auto& [id, relation] : relations) {
    if (relation.type != "sharedStrings") continue;
    StringsHandler strings(package.strings, limits.strings_bytes_max);
    RETURN_IF_ERROR(ParsePart(archive, relation.target, limits, strings));
  }
  return package;
}

}  // namespace fiscus::tabular
