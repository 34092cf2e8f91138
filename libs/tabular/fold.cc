#include "libs/tabular/fold.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "libs/core/text.h"
#include "libs/tabular/cell.h"

namespace fiscus::tabular {
namespace {

constexpr size_t kKeyMax = 40;  // as unit codes in identity

// Keeps the characters that `map` maps to themselves, replaces others, drops those mapped to 0.
template <typename Map>
icu::UnicodeString Mapped(const icu::UnicodeString& text, Map map) {
  icu::UnicodeString result;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 mapped = map(text.char32At(i));
    if (mapped != 0) result.append(mapped);
  }
  return result;
}

icu::UnicodeString Normalised(const icu::UnicodeString& text, bool decompose) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* form =
      decompose ? icu::Normalizer2::getNFDInstance(error) : icu::Normalizer2::getNFCInstance(error);
  if (U_FAILURE(error)) return text;
  icu::UnicodeString result = form->normalize(text, error);
  return U_FAILURE(error) ? text : result;
}

icu::UnicodeString WithoutSurplusBlanks(const icu::UnicodeString& text) {
  icu::UnicodeString result;
  bool pending = false;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (u_isUWhiteSpace(c) != 0) {
      pending = !result.isEmpty();
      continue;
    }
    if (pending) result.append(UChar32{' '});
    pending = false;
    result.append(c);
  }
  return result;
}

}  // namespace

std::string FoldText(std::string_view text, const FoldSteps& steps) {
  icu::UnicodeString folded = Normalised(icu::UnicodeString::fromUTF8(icu::StringPiece(
                                             text.data(), static_cast<int32_t>(text.size()))),
                                         false);
  if (steps.punctuation) {
    folded = Mapped(folded, [](UChar32 c) { return u_ispunct(c) != 0 ? UChar32{' '} : c; });
  }
  if (steps.accents) {
    folded = Mapped(Normalised(folded, true),
                    [](UChar32 c) { return u_charType(c) == U_NON_SPACING_MARK ? UChar32{0} : c; });
    folded = Normalised(folded, false);
  }
  if (steps.letter_case) folded = Normalised(folded.foldCase(U_FOLD_CASE_DEFAULT), false);
  if (steps.spaces) folded = WithoutSurplusBlanks(folded);
  std::string result;
  folded.toUTF8String(result);
  return result;
}

std::string FoldHeading(std::string_view text) {
  return FoldText(text, {.accents = true, .letter_case = true, .spaces = true});
}

std::string Slug(std::string_view text) {
  std::string slug;
  for (const char c : FoldText(
           text, {.punctuation = true, .accents = true, .letter_case = true, .spaces = true})) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) {
      slug += c;
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
    if (slug.size() == kKeyMax) break;
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

absl::StatusOr<NameBook> NameBook::Make(const imports::v1::Folding& folding) {
  NameBook book;
  book.steps_ = {folding.fold_punctuation(), folding.fold_accents(), folding.fold_case(),
                 folding.fold_spaces()};
  for (const imports::v1::Alias& alias : folding.alias()) {
    const std::string folded = FoldText(alias.canonical(), book.steps_);
    Name name{alias.canonical(), alias.key()};
    if (name.key.empty()) name.key = book.FreeKey(name.canonical, folded);
    if (folded.empty() || !book.keys_.insert(name.key).second) {
      return absl::InvalidArgumentError(absl::StrCat("folding ", folding.name(), ": the name '",
                                                     alias.canonical(),
                                                     "' is empty or its key is taken"));
    }
    std::set<std::string> spellings = {folded};
    for (const std::string& spelling : alias.spelling())
      spellings.insert(FoldText(spelling, book.steps_));
    for (const std::string& spelling : spellings) {
      if (!book.names_.emplace(spelling, name).second) {
        return absl::InvalidArgumentError(
            absl::StrCat("folding ", folding.name(), ": '", spelling, "' belongs to two names"));
      }
    }
  }
  book.closed_ = folding.closed();
  return book;
}

absl::StatusOr<NameBook::Name> NameBook::Resolve(std::string_view spelling) {
  const std::string folded = FoldText(spelling, steps_);
  const auto known = names_.find(folded);
  if (known != names_.end()) return known->second;
  if (closed_ || folded.empty()) return absl::NotFoundError("the profile does not know this name");
  Name name{Trimmed(spelling), ""};
  name.key = FreeKey(name.canonical, folded);
  keys_.insert(name.key);
  names_.emplace(folded, name);
  return name;
}

// The slug where it says all of the folded name, else with a digest of the name: names in other
// scripts have no slug, and long ones or ones that differ in more than a slug keeps share theirs.
// So a key depends on its name and the profile, never on which names came before.
std::string NameBook::FreeKey(const std::string& canonical, const std::string& folded) const {
  std::string slug = Slug(canonical);
  const std::string spelt_out = absl::StrReplaceAll(slug, {{"-", " "}});
  if (!slug.empty() && spelt_out == folded && !keys_.contains(slug)) return slug;
  const std::string digest = Hex(Sha256(folded)).substr(0, 12);
  return slug.empty() ? absl::StrCat("u-", digest)
                      : absl::StrCat(slug.substr(0, kKeyMax - 13), "-", digest);
}

}  // namespace fiscus::tabular
