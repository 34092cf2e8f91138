// fiscus-monitor: configuration → rules → engine → read service. Composition only.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "fiscus/monitor/v1/monitor_service.service.h"
#include "libs/core/status.h"
#include "libs/rpc/host.h"
#include "libs/runtime/log.h"
#include "libs/runtime/process.h"
#include "services/monitor/config.pb.h"
#include "services/monitor/deps.h"
#include "services/monitor/rpc/reads.h"

namespace fiscus::monitor {
namespace {

constexpr char kService[] = "monitor";
constexpr int64_t kMebibyte = 1 << 20;

absl::Status InRange(std::string_view name, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(std::string(name) + " must lie in " + std::to_string(least) +
                                    ".." + std::to_string(most));
}

absl::Status Check(const Config& config) {
  if (config.kafka().brokers().empty())
    return absl::InvalidArgumentError("kafka.brokers is missing");
  if (config.state_dir().empty()) return absl::InvalidArgumentError("state_dir is missing");
  if (config.rules_dir().empty()) return absl::InvalidArgumentError("rules_dir is missing");
  const EngineConfig& engine = config.engine();
  RETURN_IF_ERROR(InRange("engine.batch_max", engine.batch_max(), 1, 10'000));
  RETURN_IF_ERROR(
      InRange("engine.projects_in_memory_max", engine.projects_in_memory_max(), 1000, 100'000'000));
  RETURN_IF_ERROR(InRange("engine.block_cache_mib", engine.block_cache_mib(), 1, 65'536));
  RETURN_IF_ERROR(InRange("engine.write_buffer_mib", engine.write_buffer_mib(), 8, 65'536));
  RETURN_IF_ERROR(InRange("engine.session_timeout_ms", engine.session_timeout_ms(), 6000, 300'000));
  for (const Override& one : config.override()) {
    if (!one.has_partition() || !one.has_offset() || one.action() == Override::ACTION_UNSPECIFIED ||
        one.reason().empty()) {
      return absl::InvalidArgumentError("override needs partition, offset, action and reason");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<RuleSet> LoadRules(const std::string& directory) {
  std::error_code error;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".textproto") paths.push_back(entry.path());
  }
  if (error) return absl::InvalidArgumentError("rules_dir " + directory + ": " + error.message());
  if (paths.empty())
    return absl::InvalidArgumentError("rules_dir " + directory + " holds no *.textproto");
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> files;
  for (const std::filesystem::path& path : paths) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    if (!in) return absl::InvalidArgumentError(path.string() + " cannot be read");
    files.push_back(text.str());
  }
  return MakeRuleSet(files);
}

EngineOptions OptionsOf(const Config& config) {
  EngineOptions options;
  options.state_directory = config.state_dir();
  if (!config.kafka().group().empty()) options.group = config.kafka().group();
  options.session_timeout_ms = config.engine().session_timeout_ms();
  options.batch_max = config.engine().batch_max();
  options.projects_max = config.engine().projects_in_memory_max();
  options.block_cache_bytes = config.engine().block_cache_mib() * kMebibyte;
  options.write_buffer_bytes = config.engine().write_buffer_mib() * kMebibyte;
  for (const Override& one : config.override()) {
    const auto decision = one.action() == Override::SKIP ? Decision::kSkip : Decision::kAcceptGap;
    options.overrides[{one.partition(), one.offset()}] = decision;
    log::Warning(
        "override in force",
        {{"partition", one.partition()}, {"offset", one.offset()}, {"reason", one.reason()}});
  }
  return options;
}

int Serve(const Config& config, const RuleSet& rules) {
  Engine engine(rules, config.kafka(), OptionsOf(config));
  const Deps deps{.engine = engine};
  rpc::Host host(kService, config.server(), config.auth());
  MonitorServiceGrpc grpc(host.MakeContext(UnitsOfProjects(deps)), deps);
  host.Add(grpc, "fiscus.monitor.v1.MonitorService");
  host.AddHealthProbe([&engine] { return engine.Healthy(); });
  if (const absl::Status started = engine.Start(); !started.ok()) ExitConfig(kService, started);
  const int code = host.ServeUntilSignal();
  engine.Stop();
  return code;
}

int Main(int argc, char** argv) {
  BlockSignals();
  const Flags flags = ParseFlagsOrExit(kService, argc, argv);
  Config config;
  absl::Status status = LoadConfig(flags.config_path, &config);
  if (status.ok()) status = Check(config);
  if (!status.ok()) ExitConfig(kService, status);
  const absl::StatusOr<RuleSet> rules = LoadRules(config.rules_dir());
  if (!rules.ok()) ExitConfig(kService, rules.status());
  // No database: there is nothing to migrate.
  return flags.check_config || flags.migrate ? 0 : Serve(config, *rules);
}

}  // namespace
}  // namespace fiscus::monitor

int main(int argc, char** argv) { return fiscus::monitor::Main(argc, argv); }
