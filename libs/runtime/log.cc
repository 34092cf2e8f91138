#include "libs/runtime/log.h"

#include <unistd.h>

#include <atomic>
#include <nlohmann/json.hpp>

#include "google/protobuf/stubs/logging.h"
#include "libs/core/dates.h"
#include "libs/runtime/clock.h"

namespace fiscus::log {
namespace {

std::string& ServiceName() {
  static auto* name =
      new std::string("fiscus");  // NOLINT: read by threads that outlive main's statics
  return *name;
}
std::atomic<Severity> least_severity{Severity::kInfo};

void Write(Severity severity, const char* name, std::string_view message, Fields fields) {
  if (severity < least_severity.load()) return;
  nlohmann::ordered_json line = {{"time", FormatTimestamp(SystemClock().Now())},
                                 {"severity", name},
                                 {"service", ServiceName()},
                                 {"message", message}};
  for (const Field& field : fields) {
    if (field.is_number) {
      line[field.name] = field.number;
    } else {
      line[field.name] = field.text;
    }
  }
  // Invalid UTF-8 is replaced, not thrown upon: foreign text must never end the process.
  std::string text =
      line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  // One write keeps lines whole; a log that cannot be written must not stop the service.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

// What Protobuf says itself (text that is not UTF-8, for one).
void LogOfProtobuf(google::protobuf::LogLevel level, const char* file, int line,
                   const std::string& message) {
  const bool info = level == google::protobuf::LOGLEVEL_INFO;
  (info ? Info : Warning)(message, {{"source", "protobuf"}, {"file", file}, {"line", line}});
}

}  // namespace

void Init(std::string_view service, Severity least) {
  ServiceName() = std::string(service);
  least_severity = least;
  google::protobuf::SetLogHandler(LogOfProtobuf);
}

bool ParseSeverity(std::string_view text, Severity* severity) {
  constexpr std::string_view kNames[] = {"DEBUG", "INFO", "WARNING", "ERROR"};
  for (int i = 0; i < 4; ++i) {
    if (kNames[i] == text) {
      *severity = static_cast<Severity>(i);
      return true;
    }
  }
  return false;
}

void Debug(std::string_view message, Fields fields) {
  Write(Severity::kDebug, "DEBUG", message, fields);
}
void Info(std::string_view message, Fields fields) {
  Write(Severity::kInfo, "INFO", message, fields);
}
void Warning(std::string_view message, Fields fields) {
  Write(Severity::kWarning, "WARNING", message, fields);
}
void Error(std::string_view message, Fields fields) {
  Write(Severity::kError, "ERROR", message, fields);
}

}  // namespace fiscus::log
