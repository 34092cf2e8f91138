// XML by events, with what foreign XML may not do switched off: no document type, hence no entities
// of its own and no external ones; bounded depth. Names are local names: OOXML exists in two
// namespaces that differ in nothing that matters here.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fiscus::tabular {

// The attributes of one element; valid during the call only.
class XmlAttributes {
 public:
  explicit XmlAttributes(const char** pairs) : pairs_(pairs) {}
  // The attribute's value by local name, or "".
  std::string_view Get(std::string_view name) const;

 private:
  const char** pairs_;
};

// Takes the events. A status other than OK ends the parsing.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual absl::Status OnStart(std::string_view name, const XmlAttributes& attributes) = 0;
  virtual absl::Status OnEnd(std::string_view name) = 0;
  virtual absl::Status OnText(std::string_view text) = 0;
};

// Fed piece by piece. Not copyable: expat holds its address.
class XmlParser {
 public:
  XmlParser(XmlHandler& handler, int depth_max);
  ~XmlParser();
  XmlParser(const XmlParser&) = delete;
  XmlParser& operator=(const XmlParser&) = delete;

  absl::Status Feed(std::string_view piece);
  absl::Status Finish();

 private:
  struct Callbacks;
  absl::Status Parse(std::string_view piece, bool last);

  XmlHandler& handler_;
  const int depth_max_;
  int depth_ = 0;
  absl::Status status_;
  void* parser_;  // XML_Parser; expat.h stays out of this header
};

}  // namespace fiscus::tabular
