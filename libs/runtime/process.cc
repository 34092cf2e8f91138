#include "libs/runtime/process.h"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "libs/runtime/log.h"

namespace fiscus {
namespace {

constexpr char kVersion[] = "0.1.0";
constexpr int kExitUsage = 2;

// Keeps the first error of a textproto.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (text_.empty()) {
      text_ = "line " + std::to_string(line + 1) + ", column " + std::to_string(column + 1) + ": " +
              message;
    }
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

sigset_t EndSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

void PrintHelp(std::string_view service) {
  std::cout
      << "Usage: fiscus-" << service
      << " --config FILE [--migrate | --check-config | --republish [--from TIME]]\n\n"
      << "  --config FILE    configuration (textproto of services/" << service << "/config.proto)\n"
      << "  --migrate        migrate the database as its owner (FISCUS_MIGRATE_DSN) and end\n"
      << "  --check-config   read the configuration and end\n"
      << "  --republish      have all events published again by the relay, and end; --from TIME\n"
      << "                   (RFC 3339): those recorded at that time or later\n"
      << "  --help, --version\n\n"
      << "Secrets come from the environment: FISCUS_PG_DSN, FISCUS_SERVICE_SECRET.\n"
      << "Exit codes: 0 ended by SIGTERM or done, 1 failure, 2 wrong flags or configuration.\n";
}

}  // namespace

Flags ParseFlagsOrExit(std::string_view service, int argc, char** argv) {
  log::Init(service, log::Severity::kInfo);
  Flags flags;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--help") {
      PrintHelp(service);
      std::exit(0);
    } else if (flag == "--version") {
      std::cout << "fiscus-" << service << " " << kVersion << "\n";
      std::exit(0);
    } else if (flag == "--migrate") {
      flags.migrate = true;
    } else if (flag == "--check-config") {
      flags.check_config = true;
    } else if (flag == "--republish") {
      flags.republish = true;
    } else if (flag == "--from" && i + 1 < argc) {
      flags.from = argv[++i];
    } else if (flag == "--config" && i + 1 < argc) {
      flags.config_path = argv[++i];
    } else {
      ExitConfig(service, absl::InvalidArgumentError("unknown flag or missing value: " +
                                                     std::string(flag) + " (see --help)"));
    }
  }
  if (!flags.from.empty() && !flags.republish)
    ExitConfig(service, absl::InvalidArgumentError("--from belongs to --republish (see --help)"));
  if (flags.config_path.empty())
    ExitConfig(service, absl::InvalidArgumentError("--config FILE is needed (see --help)"));
  return flags;
}

absl::Status LoadConfig(const std::string& path, google::protobuf::Message* config) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(path + ": cannot be read");
  std::stringstream text;
  text << file.rdbuf();
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(text.str(), config))
    return absl::InvalidArgumentError(path + ": " + error.text());
  return absl::OkStatus();
}

absl::StatusOr<std::string> RequireEnv(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0')
    return absl::InvalidArgumentError("environment variable " + name + " is not set");
  return std::string(value);
}

void ExitConfig(std::string_view service, const absl::Status& status) {
  std::cerr << "fiscus-" << service << ": " << status.message() << "\n";
  std::exit(kExitUsage);
}

absl::Status CheckRange(std::string_view field, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(std::string(field) + " must lie in " + std::to_string(least) +
                                    ".." + std::to_string(most));
}

void BlockSignals() {
  const sigset_t set = EndSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A peer that goes away while we write to it is an error of that call, not of the process.
  std::signal(SIGPIPE, SIG_IGN);
}

void WaitForSignal() {
  const sigset_t set = EndSignals();
  int signal = 0;
  while (sigwait(&set, &signal) != 0) {
  }
  log::Info("signal received, draining", {{"signal", signal}});
}

}  // namespace fiscus
