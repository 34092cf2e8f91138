#include "libs/rpc/page_token.h"

#include <openssl/hmac.h>

#include <array>
#include <cstdlib>

#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/runtime/clock.h"

namespace fiscus::rpc {
namespace {

constexpr char kVersion = 1;
constexpr size_t kMacBytes = 16;

const std::string& Key() {
  static const std::string key = [] {
    const char* shared = std::getenv("FISCUS_PAGE_TOKEN_KEY");
    return shared != nullptr && *shared != '\0' ? Sha256(shared) : RandomBytes(32);
  }();
  return key;
}

std::string Mac(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), Key().data(), static_cast<int>(Key().size()),
       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data(), &size);
  return {reinterpret_cast<const char*>(out.data()), kMacBytes};
}

// What the token belongs to: tenant, caller, method and the query without its page fields.
std::string Bound(const Call& call, const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> query(request.New());
  query->CopyFrom(request);
  for (const char* name : {"page_size", "page_token"}) {
    if (const auto* field = query->GetDescriptor()->FindFieldByName(name))
      query->GetReflection()->ClearField(query.get(), field);
  }
  return call.caller.tenant + "\n" + call.caller.subject + "\n" + call.method + "\n" +
         query->SerializeAsString();
}

absl::Status Foreign() {
  return Refuse(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID",
                "the page token is not ours or belongs to another query; start again without one",
                {}, kCommonDomain);
}

}  // namespace

absl::StatusOr<int> PageSize(int requested) {
  if (requested < 0) return InvalidFields({{"page_size", "must not be negative"}});
  if (requested == 0) return kPageSizeDefault;
  return std::min(requested, kPageSizeMax);
}

std::string MakePageToken(const Call& call, const google::protobuf::Message& request,
                          const std::vector<std::string>& position) {
  std::string body(1, kVersion);
  for (const std::string& part : position) {
    body += std::to_string(part.size()) + ":" + part;
  }
  return Base64UrlEncode(Mac(body + Bound(call, request)) + body);
}

absl::StatusOr<std::vector<std::string>> OpenPageToken(const Call& call,
                                                       const google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("page_token");
  const std::string token =
      field == nullptr ? "" : request.GetReflection()->GetString(request, field);
  std::vector<std::string> position;
  if (token.empty()) return position;
  const auto bytes = Base64UrlDecode(token);
  if (!bytes.has_value() || bytes->size() <= kMacBytes) return Foreign();
  const std::string body = bytes->substr(kMacBytes);
  if (!ConstantTimeEquals(std::string_view(*bytes).substr(0, kMacBytes),
                          Mac(body + Bound(call, request))))
    return Foreign();
  // Authentic, hence well-formed.
  for (size_t at = 1; at < body.size();) {
    const size_t colon = body.find(':', at);
    const size_t size = std::stoul(body.substr(at, colon - at));
    position.push_back(body.substr(colon + 1, size));
    at = colon + 1 + size;
  }
  return position;
}

}  // namespace fiscus::rpc
