#include "libs/tabular/json_reader.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "libs/core/status.h"

namespace fiscus::tabular {
namespace {

using Json = nlohmann::json;

// One pass over the document by events (nlohmann's SAX interface, which keeps a stack instead of
// recursing). The reader makes two passes: the first learns the members' names, which become the
// columns, the second delivers rows; so memory does not grow with the number of rows. Numbers are
// kept as the file writes them.
class JsonPass {
 public:
  using Names = std::map<std::string, int>;

  // `handler` null: the pass that learns names.
  JsonPass(const SheetOptions& options, Names& names, RowHandler* handler)
      : options_(options), names_(names), handler_(handler) {
    if (!options.json_path.empty()) wanted_ = absl::StrSplit(options.json_path, '.');
  }

  const absl::Status& status() const { return status_; }
  bool found() const { return found_; }

  // The interface that nlohmann calls.
  bool null() { return Leaf(CellKind::kText, ""); }
  bool boolean(bool value) { return Leaf(CellKind::kBool, value ? "true" : "false"); }
  bool number_integer(int64_t value) { return Leaf(CellKind::kNumber, std::to_string(value)); }
  bool number_unsigned(uint64_t value) { return Leaf(CellKind::kNumber, std::to_string(value)); }
  bool number_float(double, const std::string& text) { return Leaf(CellKind::kNumber, text); }
  bool string(std::string& value) { return Leaf(CellKind::kText, value); }
  bool binary(Json::binary_t&) {
    return Fail(absl::InvalidArgumentError("binary values are no JSON"));
  }

  bool start_object(size_t) { return Enter(Frame::kObject); }
  bool end_object() { return Leave(); }
  bool start_array(size_t) { return Enter(Frame::kArray); }
  bool end_array() { return Leave(); }

  bool key(std::string& name) {
    frames_.back().member = name;
    return true;
  }

  bool parse_error(size_t position, const std::string&, const Json::exception& error) {
    return Fail(absl::InvalidArgumentError(
        absl::StrCat("the file is no JSON near byte ", position, ": ", error.what())));
  }

 private:
  struct Frame {
    enum Kind { kObject, kArray } kind;
    std::string member;  // kObject: the member being read
    bool rows = false;   // this is the array whose elements are the rows
  };

  bool Fail(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
    return false;
  }

  // The members on the way from the document to here equal the wanted path.
  bool AtWantedPath() const {
    if (frames_.size() != wanted_.size()) return false;
    for (size_t i = 0; i < wanted_.size(); ++i) {
      if (frames_[i].kind != Frame::kObject || frames_[i].member != wanted_[i]) return false;
    }
    return true;
  }

  bool Enter(Frame::Kind kind) {
    if (static_cast<int>(frames_.size()) >= options_.limits.depth_max) {
      return Fail(absl::ResourceExhaustedError(
          absl::StrCat("values are nested deeper than ", options_.limits.depth_max)));
    }
    const bool is_element = !frames_.empty() && frames_.back().rows;
    Frame frame{kind, "", kind == Frame::kArray && !found_ && AtWantedPath()};
    if (frame.rows) found_ = true;
    frames_.push_back(std::move(frame));
    if (!is_element) return true;
    ++row_.number;
    if (kind != Frame::kObject) return Fail(absl::InvalidArgumentError(NotAnObject()));
    if (row_.number > options_.limits.rows_max) {
      return Fail(absl::ResourceExhaustedError(
          absl::StrCat("the array has more than ", options_.limits.rows_max, " elements")));
    }
    element_depth_ = frames_.size();
    return true;
  }

  bool Leave() {
    const bool ends_element = element_depth_ > 0 && frames_.size() == element_depth_;
    frames_.pop_back();
    if (!ends_element) return true;
    element_depth_ = 0;
    std::map<int, Cell> cells = std::exchange(cells_, {});
    row_.cells.clear();
    for (auto& [column, cell] : cells) row_.cells.push_back(std::move(cell));
    if (handler_ == nullptr) return true;
    absl::Status status = handler_->OnRow(row_);
    return status.ok() || Fail(std::move(status));
  }

  bool Leaf(CellKind kind, std::string text) {
    if (!frames_.empty() && frames_.back().rows) {
      ++row_.number;
      return Fail(absl::InvalidArgumentError(NotAnObject()));
    }
    if (element_depth_ == 0) return true;
    std::vector<std::string> path;
    for (size_t i = element_depth_ - 1; i < frames_.size(); ++i) {
      if (frames_[i].kind == Frame::kArray) return true;  // a list inside a row is no cell
      path.push_back(frames_[i].member);
    }
    if (static_cast<int64_t>(text.size()) > options_.limits.cell_bytes_max) {
      return Fail(absl::ResourceExhaustedError(
          absl::StrCat("element ", row_.number, ": a value has more than ",
                       options_.limits.cell_bytes_max, " bytes")));
    }
    const int next = static_cast<int>(names_.size());
    const auto [name, added] = names_.emplace(absl::StrJoin(path, "."), next);
    if (added && next >= options_.limits.columns_max) {
      return Fail(absl::ResourceExhaustedError(absl::StrCat(
          "elements have more than ", options_.limits.columns_max, " distinct members")));
    }
    if (!cells_.emplace(name->second, Cell{name->second, kind, std::move(text)}).second) {
      return Fail(absl::InvalidArgumentError(
          absl::StrCat("element ", row_.number, " has the member '", name->first, "' twice")));
    }
    return true;
  }

  std::string NotAnObject() const {
    return absl::StrCat("element ", row_.number, " of the array is no object");
  }

  const SheetOptions& options_;
  Names& names_;
  RowHandler* handler_;
  std::vector<std::string> wanted_;
  std::vector<Frame> frames_;
  size_t element_depth_ = 0;  // frames while inside an element; 0 outside
  bool found_ = false;
  std::map<int, Cell> cells_;
  Row row_;
  absl::Status status_;
};

absl::Status RunPass(std::string_view bytes, JsonPass& pass) {
  const bool done = Json::sax_parse(bytes.begin(), bytes.end(), &pass);
  if (!pass.status().ok()) return pass.status();
  return done ? absl::OkStatus() : absl::InvalidArgumentError("the file is no JSON");
}

}  // namespace

absl::Status ReadJson(std::string_view bytes, const SheetOptions& options, RowHandler& handler) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  JsonPass::Names names;
  JsonPass learn(options, names, nullptr);
  RETURN_IF_ERROR(RunPass(bytes, learn));
  if (!learn.found()) {
    return absl::InvalidArgumentError(
        options.json_path.empty() ? "the document is no array"
                                  : absl::StrCat("there is no array at '", options.json_path, "'"));
  }
  Row headings;
  headings.cells.resize(names.size());
  for (const auto& [name, column] : names) headings.cells[column] = {column, CellKind::kText, name};
  RETURN_IF_ERROR(handler.OnRow(headings));
  JsonPass deliver(options, names, &handler);
  return RunPass(bytes, deliver);
}

}  // namespace fiscus::tabular
