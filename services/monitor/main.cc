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

absl::Status Check(const Config& config) {
  if (config.kafka().brokers().empty())
    return absl::InvalidArgumentError("kafka.brokers is missing");
  if (config.state_dir().empty()) return absl::InvalidArgumentError("state_dir is missing");
  if (config.rules_dir().empty()) return absl::InvalidArgumentError("rules_dir is missing");
  const EngineConfig& engine = config.engine();
  RETURN_IF_ERROR(CheckRange("engine.batch_max", engine.batch_max(), 1, 10'000));
  RETURN_IF_ERROR(CheckRange("engine.projects_in_memory_max", engine.projects_in_memory_max(), 1000,
                             100'000'000));
  RETURN_IF_ERROR(CheckRange("engine.block_cache_mib", engine.block_cache_mib(), 1, 65'536));
  RETURN_IF_ERROR(CheckRange("engine.write_buffer_mib", engine.write_buffer_mib(), 8, 65'536));
  RETURN_IF_ERROR(
      CheckRange("engine.session_timeout_ms", engine.session_timeout_ms(), 6000, 300'000));
  for (const Override& one : config.override()) {
    if (!one.has_partition() || !one.has_offset() || one.action() == Override::ACTION_UNSPECIFIED ||
        one.reason().empty()) {
      return absl::InvalidArgumentError("override needs partition, offset, action and reason");
    }
  }
  return LoadRules(config.rules_dir()).status();
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

int Serve(const Config& config) {
  const RuleSet rules = OrExit(kService, LoadRules(config.rules_dir()));
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

// No database: there is nothing to migrate.
int Migrate() { return 0; }

int Main(int argc, char** argv) {
  return RunService<Config>(kService, argc, argv, Check, Migrate, Serve);
}

}  // namespace
}  // namespace fiscus::monitor

int main(int argc, char** argv) { return fiscus::monitor::Main(argc, argv); }
