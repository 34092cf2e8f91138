#include "libs/tabular/xml.h"

#include <expat.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace fiscus::tabular {
namespace {

constexpr char kSeparator = '|';  // between namespace and local name; no URI of OOXML holds one

std::string_view LocalName(std::string_view name) {
  const size_t at = name.rfind(kSeparator);
  return at == std::string_view::npos ? name : name.substr(at + 1);
}

}  // namespace

std::string_view XmlAttributes::Get(std::string_view name) const {
  for (const char** pair = pairs_; *pair != nullptr; pair += 2) {
    if (LocalName(pair[0]) == name) return pair[1];
  }
  return {};
}

struct XmlParser::Callbacks {
  static void Stop(XmlParser& self, absl::Status status) {
    if (status.ok()) return;
    if (self.status_.ok()) self.status_ = std::move(status);
    XML_StopParser(static_cast<XML_Parser>(self.parser_), XML_FALSE);
  }
  static void Start(void* data, const char* name, const char** attributes) {
    auto& self = *static_cast<XmlParser*>(data);
    if (!self.status_.ok()) return;  // expat may deliver one more event after a stop
    if (++self.depth_ > self.depth_max_) {
      return Stop(self, absl::ResourceExhaustedError(
                            absl::StrCat("elements are nested deeper than ", self.depth_max_)));
    }
    Stop(self, self.handler_.OnStart(LocalName(name), XmlAttributes(attributes)));
  }
  static void End(void* data, const char* name) {
    auto& self = *static_cast<XmlParser*>(data);
    if (!self.status_.ok()) return;
    --self.depth_;
    Stop(self, self.handler_.OnEnd(LocalName(name)));
  }
  static void Text(void* data, const char* text, int size) {
    auto& self = *static_cast<XmlParser*>(data);
    if (!self.status_.ok()) return;
    Stop(self, self.handler_.OnText({text, static_cast<size_t>(size)}));
  }
  static void Doctype(void* data, const char*, const char*, const char*, int) {
    Stop(*static_cast<XmlParser*>(data),
         absl::InvalidArgumentError("document type declarations are not accepted"));
  }
};

XmlParser::XmlParser(XmlHandler& handler, int depth_max)
    : handler_(handler), depth_max_(depth_max), parser_(XML_ParserCreateNS(nullptr, kSeparator)) {
  auto* parser = static_cast<XML_Parser>(parser_);
  XML_SetUserData(parser, this);
  XML_SetElementHandler(parser, Callbacks::Start, Callbacks::End);
  XML_SetCharacterDataHandler(parser, Callbacks::Text);
  XML_SetStartDoctypeDeclHandler(parser, Callbacks::Doctype);
}

XmlParser::~XmlParser() { XML_ParserFree(static_cast<XML_Parser>(parser_)); }

absl::Status XmlParser::Feed(std::string_view piece) { return Parse(piece, false); }
absl::Status XmlParser::Finish() { return Parse({}, true); }

absl::Status XmlParser::Parse(std::string_view piece, bool last) {
  auto* parser = static_cast<XML_Parser>(parser_);
  const XML_Status result =
      XML_Parse(parser, piece.data(), static_cast<int>(piece.size()), last ? 1 : 0);
  if (!status_.ok()) return status_;
  if (result == XML_STATUS_OK) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("line ", XML_GetCurrentLineNumber(parser), ": ",
                                                 XML_ErrorString(XML_GetErrorCode(parser))));
}

}  // namespace fiscus::tabular
