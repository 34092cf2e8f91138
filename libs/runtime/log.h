// JSON logs on stderr, one object a line: time, severity, service, message and fields. Thread-safe.
//
// Never pass secrets or personal data; values are escaped, so they cannot forge lines.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace fiscus::log {

enum class Severity { kDebug, kInfo, kWarning, kError };

// A named value. Numbers stay numbers.
struct Field {
  Field(std::string_view name, std::string_view value) : name(name), text(value) {}
  Field(std::string_view name, const char* value) : name(name), text(value) {}
  Field(std::string_view name, const std::string& value) : name(name), text(value) {}
  Field(std::string_view name, int64_t value) : name(name), number(value), is_number(true) {}
  Field(std::string_view name, int value) : name(name), number(value), is_number(true) {}
  Field(std::string_view name, size_t value)
      : name(name), number(static_cast<int64_t>(value)), is_number(true) {}

  std::string name;
  std::string text;
  int64_t number = 0;
  bool is_number = false;
};
using Fields = std::initializer_list<Field>;

// Sets the service's name and the least severity, and takes in what Protobuf says itself; call once
// at start.
void Init(std::string_view service, Severity least);
// "DEBUG", "INFO", "WARNING" or "ERROR"; false otherwise.
bool ParseSeverity(std::string_view text, Severity* severity);

void Debug(std::string_view message, Fields fields = {});
void Info(std::string_view message, Fields fields = {});
void Warning(std::string_view message, Fields fields = {});
void Error(std::string_view message, Fields fields = {});

}  // namespace fiscus::log
