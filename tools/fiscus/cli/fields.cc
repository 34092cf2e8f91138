#include "tools/fiscus/cli/fields.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "fiscus/options/v1/options.pb.h"
#include "fiscus/type/v1/type.pb.h"
#include "libs/core/money.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/tabular/decimal.h"

namespace fiscus::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::string_view kDefaultCurrency = "CNY";

std::string_view TakeSegment(std::string_view& path) {
  const size_t dot = path.find('.');
  const std::string_view segment = path.substr(0, dot);
  path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  return segment;
}

bool IsMoney(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field->message_type() == type::v1::Money::descriptor();
}

std::string UnitOf(const FieldDescriptor* field) {
  return field->options().GetExtension(options::v1::unit);
}

// "PROJECT_STATE_" for ProjectState.
std::string PrefixOf(const EnumDescriptor* type) {
  std::string prefix;
  for (const char c : type->name()) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !prefix.empty()) prefix += '_';
    prefix += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return prefix + "_";
}

std::string ShortName(const EnumValueDescriptor* value) {
  const std::string prefix = PrefixOf(value->type());
  return value->name().rfind(prefix, 0) == 0 ? value->name().substr(prefix.size()) : value->name();
}

absl::Status Wrong(std::string_view what, std::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("'", ToAbsl(text), "' is ", ToAbsl(what)));
}

absl::StatusOr<const EnumValueDescriptor*> ParseEnum(const EnumDescriptor* type,
                                                     std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(c));
  });
  const EnumValueDescriptor* value = type->FindValueByName(name);
  if (value == nullptr) value = type->FindValueByName(PrefixOf(type) + name);
  if (value != nullptr && value->number() != 0) return value;
  std::string known;
  for (int i = 0; i < type->value_count(); ++i) {
    if (type->value(i)->number() != 0)
      absl::StrAppend(&known, known.empty() ? "" : ", ", ShortName(type->value(i)));
  }
  return Wrong(absl::StrCat("none of ", known), text);
}

// The messages on the way to a field, the outermost first.
using Chain = std::vector<const Message*>;

// The currency that the nearest message around an amount names; "" if none does.
std::string CurrencyNear(const Chain& chain) {
  for (auto holder = chain.rbegin(); holder != chain.rend(); ++holder) {
    const FieldDescriptor* field = (*holder)->GetDescriptor()->FindFieldByName("currency");
    if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING ||
        field->is_repeated())
      continue;
    std::string currency = (*holder)->GetReflection()->GetString(**holder, field);
    if (!currency.empty()) return currency;
  }
  return "";
}

// "1,234.50 CNY" without its currency, if it names one.
std::string TakeCurrency(std::string_view text, std::string& currency) {
  const size_t blank = text.rfind(' ');
  if (blank == std::string_view::npos || !IsCurrency(text.substr(blank + 1)))
    return std::string(text);
  currency = text.substr(blank + 1);
  return std::string(text.substr(0, blank));
}

absl::Status SetMoney(Message& message, const FieldDescriptor* field, std::string_view text) {
  std::string currency(kDefaultCurrency);
  const std::string amount = TakeCurrency(text, currency);
  ASSIGN_OR_RETURN(const int64_t minor, ParseAmount(amount, currency));
  auto* money =
      static_cast<type::v1::Money*>(message.GetReflection()->MutableMessage(&message, field));
  money->set_minor(minor);
  money->set_currency(currency);
  return absl::OkStatus();
}

// Minor units without a currency beside them: that of the text, of the messages around, or CNY.
absl::StatusOr<int64_t> ParseMinor(std::string_view text, const Chain& chain) {
  const std::string near = CurrencyNear(chain);
  std::string currency = near.empty() ? std::string(kDefaultCurrency) : near;
  const std::string amount = TakeCurrency(text, currency);
  if (!near.empty() && currency != near) return Wrong(absl::StrCat("not in ", near), text);
  return ParseAmount(amount, currency);
}

absl::Status SetInteger(Message& message, const FieldDescriptor* field, std::string_view text,
                        const Chain& chain) {
  const Reflection* reflection = message.GetReflection();
  int64_t number = 0;
  if (UnitOf(field) == "fen") {
    ASSIGN_OR_RETURN(number, ParseMinor(text, chain));
  } else if (!absl::SimpleAtoi(ToAbsl(text), &number)) {
    return Wrong("no whole number", text);
  }
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    if (number != static_cast<int32_t>(number)) return Wrong("too large", text);
    field->is_repeated() ? reflection->AddInt32(&message, field, static_cast<int32_t>(number))
                         : reflection->SetInt32(&message, field, static_cast<int32_t>(number));
  } else {
    field->is_repeated() ? reflection->AddInt64(&message, field, number)
                         : reflection->SetInt64(&message, field, number);
  }
  return absl::OkStatus();
}

absl::Status SetLeaf(Message& message, const FieldDescriptor* field, std::string_view text,
                     const Chain& chain) {
  const Reflection* reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      field->is_repeated() ? reflection->AddString(&message, field, std::string(text))
                           : reflection->SetString(&message, field, std::string(text));
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return Wrong("neither true nor false", text);
      reflection->SetBool(&message, field, text == "true");
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_ENUM: {
      ASSIGN_OR_RETURN(const EnumValueDescriptor* value, ParseEnum(field->enum_type(), text));
      field->is_repeated() ? reflection->AddEnum(&message, field, value)
                           : reflection->SetEnum(&message, field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return SetInteger(message, field, text, chain);
    default:
      break;
  }
  if (IsMoney(field) && !field->is_repeated()) return SetMoney(message, field, text);
  return absl::InvalidArgumentError(
      absl::StrCat(field->full_name(), " can only be given with --json"));
}

std::string MoneyText(int64_t minor, const std::string& currency, ValueStyle style) {
  return style == ValueStyle::kRaw || currency.empty() ? absl::StrCat(minor)
                                                       : FormatMoney(minor, currency);
}

std::string IntegerText(int64_t value, const FieldDescriptor* field, const Chain& chain,
                        ValueStyle style) {
  const std::string unit = UnitOf(field);
  if (unit == "fen") return MoneyText(value, CurrencyNear(chain), style);
  if (unit == "bp" && style == ValueStyle::kPeople) {
    const int64_t magnitude = value < 0 ? -value : value;
    return absl::StrFormat("%s%d.%02d %%", value < 0 ? "-" : "", magnitude / 100, magnitude % 100);
  }
  return absl::StrCat(value);
}

std::string LeafText(const FieldDescriptor* field, const Chain& chain, ValueStyle style) {
  const Message& message = *chain.back();
  const Reflection* reflection = message.GetReflection();
  if (field->has_presence() && !reflection->HasField(message, field)) return "";
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->GetString(message, field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetBool(message, field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM: {
      const EnumValueDescriptor* value = reflection->GetEnum(message, field);
      return value->number() == 0 ? "" : ShortName(value);
    }
    case FieldDescriptor::CPPTYPE_INT32:
      return IntegerText(reflection->GetInt32(message, field), field, chain, style);
    case FieldDescriptor::CPPTYPE_INT64:
      return IntegerText(reflection->GetInt64(message, field), field, chain, style);
    default:
      break;
  }
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return "";
  const Message& inner = reflection->GetMessage(message, field);
  if (IsMoney(field)) {
    const auto& money = static_cast<const type::v1::Money&>(inner);
    return MoneyText(money.minor(), money.currency(), style);
  }
  std::string json;
  return google::protobuf::util::MessageToJsonString(inner, &json).ok() ? json : "";
}

// Values of a repeated field: scalars joined, messages counted.
std::string RepeatedText(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  const int size = reflection->FieldSize(message, field);
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return absl::StrCat(size);
  std::string text;
  for (int i = 0; i < size; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", reflection->GetRepeatedString(message, field, i));
  }
  return text;
}

}  // namespace

const FieldDescriptor* FindField(const Descriptor* type, std::string_view path) {
  const FieldDescriptor* field = nullptr;
  while (!path.empty() && type != nullptr) {
    field = type->FindFieldByName(std::string(TakeSegment(path)));
    if (field == nullptr) return nullptr;
    type = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE ? field->message_type() : nullptr;
  }
  return path.empty() ? field : nullptr;
}

absl::Status SetField(Message& root, std::string_view path, std::string_view text) {
  if (FindField(root.GetDescriptor(), path) == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(root.GetDescriptor()->name(), " has no field '", ToAbsl(path), "'"));
  }
  Message* message = &root;
  Chain chain = {message};
  while (true) {
    const FieldDescriptor* field =
        message->GetDescriptor()->FindFieldByName(std::string(TakeSegment(path)));
    if (path.empty()) return SetLeaf(*message, field, text, chain);
    if (field->is_repeated()) {
      return absl::InvalidArgumentError(
          absl::StrCat(field->full_name(), " can only be given with --json"));
    }
    message = message->GetReflection()->MutableMessage(message, field);
    chain.push_back(message);
  }
}

std::string FieldText(const Message& root, std::string_view path, ValueStyle style) {
  Chain chain = {&root};
  while (true) {
    const Message& message = *chain.back();
    const FieldDescriptor* field =
        message.GetDescriptor()->FindFieldByName(std::string(TakeSegment(path)));
    if (field == nullptr) return "";
    if (field->is_repeated()) return RepeatedText(message, field);
    if (path.empty()) return LeafText(field, chain, style);
    chain.push_back(&message.GetReflection()->GetMessage(message, field));
  }
}

bool IsSet(const Message& root, std::string_view path) {
  const Message* message = &root;
  while (true) {
    const Reflection* reflection = message->GetReflection();
    const FieldDescriptor* field =
        message->GetDescriptor()->FindFieldByName(std::string(TakeSegment(path)));
    if (field == nullptr) return false;
    if (field->is_repeated()) return reflection->FieldSize(*message, field) > 0;
    if (!reflection->HasField(*message, field)) return false;
    if (path.empty()) return true;
    message = &reflection->GetMessage(*message, field);
  }
}

bool IsNumeric(const Descriptor* type, std::string_view path) {
  const FieldDescriptor* field = FindField(type, path);
  if (field == nullptr || field->is_repeated()) return false;
  return field->cpp_type() == FieldDescriptor::CPPTYPE_INT32 ||
         field->cpp_type() == FieldDescriptor::CPPTYPE_INT64 || IsMoney(field);
}

absl::StatusOr<int64_t> ParseAmount(std::string_view text, std::string_view currency) {
  const auto decimal = tabular::ParseDecimal(text, {.thousands = ","});
  if (!decimal.ok()) return Wrong("no amount; write 1234.50", text);
  const auto minor =
      tabular::ToScaled(*decimal, MinorDigits(currency), tabular::RoundingMode::kExact);
  if (!minor.ok())
    return absl::InvalidArgumentError(
        absl::StrCat("the amount ", ToAbsl(text), " ", minor.status().message()));
  return *minor;
}

}  // namespace fiscus::cli
