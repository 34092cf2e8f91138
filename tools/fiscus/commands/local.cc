// fiscus config …, explain, completion: what needs no server.
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"

#include "fiscus/projects/v1/projects_service.pb.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "tools/fiscus/cli/completion.h"
#include "tools/fiscus/cli/context.h"
#include "tools/fiscus/cli/errors.h"
#include "tools/fiscus/cli/output.h"
#include "tools/fiscus/cli/table.h"
#include "tools/fiscus/cli/yaml.h"
#include "tools/fiscus/commands/all.h"
#include "tools/fiscus/commands/profiles.h"

namespace fiscus::cli {
namespace {

ExitCode Ended(Context& context, const absl::Status& status) {
  return status.ok() ? ExitCode::kOk : context.Fail(status);
}

ExitCode ConfigView(Context& context, const Arguments& arguments) {
  const auto format = ParseOutputFormat(context.settings().Get("output"));
  if (!format.ok()) return context.Fail(format.status());
  if (*format == OutputFormat::kJson || *format == OutputFormat::kJsonLines ||
      *format == OutputFormat::kYaml) {
    const std::string json = SettingsJson(context.settings());
    context.out() << (*format == OutputFormat::kYaml ? YamlOfJson(json) : json);
    return ExitCode::kOk;
  }
  std::vector<TableColumn> columns = {{"setting"}, {"value"}};
  if (arguments.Has("origin")) columns.push_back({"origin"});
  std::vector<std::vector<std::string>> rows = {{"context", context.settings().context}};
  if (arguments.Has("origin")) rows[0].emplace_back(ConfigPath(context.environment()));
  for (const auto& [name, setting] : context.settings().values) {
    rows.push_back({name, setting.value});
    if (arguments.Has("origin")) rows.back().push_back(setting.origin);
  }
  context.out() << RenderTable(columns, rows);
  return ExitCode::kOk;
}

absl::Status SetValue(Context& context, const std::string& name, const std::string& key,
                      const std::string& value) {
  ASSIGN_OR_RETURN(ConfigFile file, LoadConfigFile(context.environment()));
  file.contexts[name][key] = value;
  if (file.current_context.empty()) file.current_context = name;
  // Read back what would be written: a name or key that the file cannot hold is refused here.
  RETURN_IF_ERROR(ConfigFile::Parse(file.Text()).status());
  return SaveConfigFile(context.environment(), file);
}

ExitCode ConfigSet(Context& context, const Arguments& arguments) {
  return Ended(context, SetValue(context, arguments.Get("CONTEXT"), arguments.Get("KEY"),
                                 arguments.Get("VALUE")));
}

absl::Status UseContext(Context& context, const std::string& name) {
  ASSIGN_OR_RETURN(ConfigFile file, LoadConfigFile(context.environment()));
  if (!file.contexts.contains(name))
    return absl::NotFoundError(absl::StrCat("there is no context '", name, "'"));
  file.current_context = name;
  return SaveConfigFile(context.environment(), file);
}

ExitCode ConfigUse(Context& context, const Arguments& arguments) {
  return Ended(context, UseContext(context, arguments.Get("CONTEXT")));
}

ExitCode Explain(Context& context, const Arguments& arguments) {
  const std::string wanted = arguments.Get("REASON");
  bool found = false;
  for (unsigned i = 0; i < kReasonCount; ++i) {
    const ReasonHelp& help = kReasons[i];
    if (help.reason != wanted) continue;
    context.out() << help.reason << " (" << help.domain << ")\n  " << help.text << "\n";
    found = true;
  }
  if (found) return ExitCode::kOk;
  return context.Fail(
      absl::NotFoundError(absl::StrCat("no service gives the reason '", wanted, "'")));
}

ExitCode Completion(Context& context, const Arguments& arguments) {
  const auto script = CompletionScript(context.table(), arguments.Get("SHELL"));
  if (!script.ok()) return context.Fail(script.status());
  context.out() << *script;
  return ExitCode::kOk;
}

// Values for completion, one a line. Silent where something is missing: a shell must not print
// errors while one types.
ExitCode Complete(Context& context, const Arguments& arguments) {
  const std::string kind = arguments.Get("KIND");
  if (kind == "contexts") {
    const auto file = LoadConfigFile(context.environment());
    if (!file.ok()) return ExitCode::kFailure;
    for (const auto& [name, values] : file->contexts) context.out() << name << "\n";
  } else if (kind == "profiles") {
    for (const std::string& name : ProfileNames(context.environment()))
      context.out() << name << "\n";
  } else if (kind == "projects") {
    projects::v1::ListProjectsRequest request;
    request.set_page_size(1000);
    projects::v1::ListProjectsResponse response;
    if (!context.Call("fiscus.projects.v1.ProjectsService.ListProjects", request, response).ok())
      return ExitCode::kFailure;
    for (const auto& project : response.projects()) context.out() << project.code() << "\n";
  }
  return ExitCode::kOk;
}

}  // namespace

CommandTable LocalCommands() {
  return {
      {.path = "config view",
       .help = "Settings in force.",
       .flags = {{"origin", "", "say where each value came from", false, false, FlagKind::kPlain,
                  true}},
       .run = ConfigView},
      {.path = "config set",
       .help = "Sets a value of a context; makes the context if it is new.",
       .flags = {{"CONTEXT", "", "context", true, true},
                 {"KEY", "", "setting, e.g. address", true, true},
                 {"VALUE", "", "value", true, true}},
       .run = ConfigSet},
      {.path = "config use-context",
       .help = "Makes a context the current one.",
       .flags = {{"CONTEXT", "", "context", true, true}},
       .run = ConfigUse},
      {.path = "explain",
       .help = "What the reason of an error means.",
       .flags = {{"REASON", "", "reason, e.g. EXCEEDS_AVAILABLE", true, true}},
       .run = Explain},
      {.path = "completion",
       .help = "Prints the completion script of a shell.",
       .flags = {{"SHELL", "", "bash, zsh or fish", true, true}},
       .run = Completion},
      {.path = "__complete",
       .help = "Values for completion scripts.",
       .flags = {{"KIND", "", "kind", true, true}},
       .run = Complete},
  };
}

}  // namespace fiscus::cli
