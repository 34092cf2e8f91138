#include "libs/tabular/encoding.h"

#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <array>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

#include "libs/core/status.h"

namespace fiscus::tabular {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;

const char* NameOf(TextEncoding encoding) {
  switch (encoding) {
    case TextEncoding::kUtf8:
      return "UTF-8";
    case TextEncoding::kGb18030:
      return "GB18030";
    case TextEncoding::kCp1252:
      return "windows-1252";
  }
  return "UTF-8";
}

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};

}  // namespace

absl::Status DecodeText(std::string_view bytes, TextEncoding encoding,
                        absl::FunctionRef<absl::Status(std::string_view)> take) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, CloseConverter> converter(ucnv_open(NameOf(encoding), &error));
  if (U_FAILURE(error)) return absl::InternalError(u_errorName(error));
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
  if (encoding == TextEncoding::kUtf8 && bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);

  const char* source = bytes.data();
  const char* const end = source + bytes.size();
  std::array<UChar, kPieceBytes> units;
  bool more = true;
  while (more) {
    UChar* target = units.data();
    error = U_ZERO_ERROR;
    ucnv_toUnicode(converter.get(), &target, units.data() + units.size(), &source, end, nullptr,
                   /*flush=*/true, &error);
    more = error == U_BUFFER_OVERFLOW_ERROR;
    if (U_FAILURE(error) && !more) {
      return absl::InvalidArgumentError(
          absl::StrCat("the text is not ", NameOf(encoding), " near byte ", source - bytes.data()));
    }
    std::string text;
    icu::UnicodeString(false, units.data(), static_cast<int32_t>(target - units.data()))
        .toUTF8String(text);
    RETURN_IF_ERROR(take(text));
  }
  return absl::OkStatus();
}

}  // namespace fiscus::tabular
