#include "tools/fiscus/cli/parser.h"

#include <CLI/CLI.hpp>
#include <deque>
#include <map>
#include <ostream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "libs/core/text.h"
#include "tools/fiscus/cli/context.h"
#include "tools/fiscus/cli/fields.h"
#include "tools/fiscus/cli/rpc_command.h"
#include "tools/fiscus/cli/settings.h"

namespace fiscus::cli {
namespace {

constexpr char kVersion[] = "fiscus 0.1.0";

bool IsSwitch(const Command& command, const Flag& flag) {
  if (command.method.empty()) return flag.is_switch;
  const auto* field = FindField(TraitsOf(command).method->input_type(), flag.field);
  return field != nullptr && field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_BOOL;
}

bool IsRepeated(const Command& command, const Flag& flag) {
  if (command.method.empty()) return false;
  const auto* field = FindField(TraitsOf(command).method->input_type(), flag.field);
  return field != nullptr && field->is_repeated();
}

// Values collected by CLI11; a deque, because CLI11 keeps the addresses.
using Collected = std::deque<Arguments::Entry>;

CLI::Option* AddOption(CLI::App& app, Collected& collected, const std::string& spelled,
                       const std::string& name, const std::string& help, bool repeated) {
  Arguments::Entry& entry = collected.emplace_back(Arguments::Entry{name, {}});
  CLI::Option* option = app.add_option(spelled, entry.values, help)->type_name("");
  if (!repeated) option->expected(1);
  return option->allow_extra_args(false);
}

void AddSwitch(CLI::App& app, Collected& collected, const std::string& name,
               const std::string& help) {
  Arguments::Entry& entry = collected.emplace_back(Arguments::Entry{name, {}});
  app.add_flag_function(
      "--" + name, [&entry](int64_t count) { entry.values.assign(count > 0 ? 1 : 0, "true"); },
      help);
}

std::string HelpOf(const Command& command) {
  const RpcTraits traits = TraitsOf(command);
  if (traits.intent.empty()) return std::string(command.help);
  return absl::StrCat(ToAbsl(command.help), "\nNeeds the intent ", traits.intent, ".");
}

// The leaf of the command's path, with the groups on the way to it made where they are missing.
CLI::App* LeafOf(CLI::App& app, const Command& command) {
  CLI::App* leaf = &app;
  const std::vector<std::string> words = absl::StrSplit(ToAbsl(command.path), ' ');
  for (const std::string& word : words) {
    const auto known =
        leaf->get_subcommands([&word](const CLI::App* child) { return child->get_name() == word; });
    CLI::App* next = known.empty() ? nullptr : known.front();
    if (next == nullptr) {
      next = leaf->add_subcommand(word)->fallthrough();
      if (word.starts_with("__")) next->group("");  // not in help
    }
    leaf = next;
  }
  leaf->description(HelpOf(command));
  return leaf;
}

void AddCommand(CLI::App& app, const Command& command, Collected& collected,
                const Command*& chosen) {
  CLI::App* leaf = LeafOf(app, command);
  if (command.is_group()) return;
  leaf->callback([&command, &chosen] { chosen = &command; });
  for (const Flag& flag : command.flags) {
    const std::string name(flag.name);
    if (IsSwitch(command, flag)) {
      AddSwitch(*leaf, collected, name, std::string(flag.help));
    } else {
      CLI::Option* option = AddOption(*leaf, collected, flag.positional ? name : "--" + name, name,
                                      std::string(flag.help), IsRepeated(command, flag));
      // The parts of a request may also come by --json, so their absence is judged when the request
      // is built.
      if (command.method.empty() && flag.required) option->required();
    }
  }
  for (const KnownFlag& flag : FlagsOf(command)) {
    const bool own = std::any_of(command.flags.begin(), command.flags.end(),
                                 [&flag](const Flag& known) { return known.name == flag.name; });
    if (own) continue;
    if (flag.takes_value) {
      AddOption(*leaf, collected, "--" + flag.name, flag.name, flag.help, flag.name == "set");
    } else {
      AddSwitch(*leaf, collected, flag.name, flag.help);
    }
  }
}

Arguments Given(const Collected& collected) {
  Arguments arguments;
  for (const Arguments::Entry& entry : collected) {
    if (!entry.values.empty()) arguments.entries.push_back(entry);
  }
  return arguments;
}

// A group such as `fiscus budget` alone is asking for help.
void RequireLeaf(CLI::App& app) {
  const auto children = app.get_subcommands([](const CLI::App*) { return true; });
  if (!children.empty()) app.require_subcommand(1);
  for (CLI::App* child : children) RequireLeaf(*child);
}

// Help, version or what is wrong with the words. CLI11 asks for a subcommand also where one was
// given that does not exist; whoever mistyped is better served by the word.
ExitCode Explain(const CLI::App& app, const CLI::ParseError& error,
                 const Environment& environment) {
  const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
  if (error.get_name() == "RequiredError" && !unknown.empty() &&
      !unknown.front().starts_with('-')) {
    environment.err << "error: there is no command '" << unknown.front()
                    << "'; `fiscus --help` lists them\n";
    return ExitCode::kUsage;
  }
  return app.exit(error, environment.out, environment.err) == 0 ? ExitCode::kOk : ExitCode::kUsage;
}

}  // namespace

std::vector<KnownFlag> GlobalFlags() {
  std::vector<KnownFlag> flags = {{"context", "context of the configuration file"}};
  for (const SettingSpec& spec : SettingSpecs())
    flags.push_back({std::string(spec.name), std::string(spec.help)});
  return flags;
}

std::vector<KnownFlag> FlagsOf(const Command& command) {
  std::vector<KnownFlag> flags;
  for (const Flag& flag : command.flags) {
    if (!flag.positional)
      flags.push_back({std::string(flag.name), std::string(flag.help), !IsSwitch(command, flag)});
  }
  if (command.method.empty()) return flags;
  const RpcTraits traits = TraitsOf(command);
  flags.push_back({"json", "FILE with the request as JSON; - is standard input; flags go on top"});
  flags.push_back({"set", "field.path=value of the request; may be repeated"});
  if (traits.write)
    flags.push_back(
        {"request-id", "id of the write (UUID); repeating it repeats the answer, not the effect"});
  if (traits.dry_run) flags.push_back({"dry-run", "check only, change nothing", false});
  if (traits.paged) {
    flags.push_back({"page-size", "items of a page"});
    flags.push_back({"page-token", "page to go on with"});
    flags.push_back({"page-all", "all pages", false});
  }
  return flags;
}

Parsed ParseCommandLine(const CommandTable& table, const Environment& environment,
                        const std::vector<std::string>& words) {
  CLI::App app("Supervises key projects of public finance, through the Fiscus gateway.", "fiscus");
  app.set_version_flag("--version", kVersion);
  app.footer(
      "Exit codes: 0 ok, 1 failure, 2 usage, 3 cancelled, 4 authentication, 5 permission, 6 not "
      "found,\n"
      "7 precondition or budget, 8 conflict, 9 unavailable (may be repeated), 10 partial success.");
  Collected global;
  for (const KnownFlag& flag : GlobalFlags()) {
    AddOption(app, global, (flag.name == "output" ? "-o,--" : "--") + flag.name, flag.name,
              flag.help, false);
  }
  Parsed parsed;
  std::map<const Command*, Collected> collected;
  for (const Command& command : table)
    AddCommand(app, command, collected[&command], parsed.command);
  RequireLeaf(app);
  std::vector<std::string> reversed(words.rbegin(),
                                    words.rend());  // CLI11 wants the words in reverse
  try {                                             // CLI11 reports by exceptions; they end here
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {  // tidy-allow(exceptions): the only way CLI11 reports
    parsed.command = nullptr;
    parsed.exit = Explain(app, error, environment);
    return parsed;
  }
  parsed.arguments = Given(collected[parsed.command]);
  parsed.global = Given(global);
  return parsed;
}

ExitCode Main(const CommandTable& table, const Environment& environment,
              const std::vector<std::string>& words) {
  const Parsed parsed = ParseCommandLine(table, environment, words);
  if (parsed.command == nullptr) return parsed.exit;
  auto settings = ResolveSettings(environment, parsed.global);
  if (!settings.ok()) {
    environment.err << "error: " << settings.status().message() << "\n";
    return ExitCode::kUsage;
  }
  Context context(environment, *std::move(settings), table);
  const ExitCode code = parsed.command->run != nullptr
                            ? parsed.command->run(context, parsed.arguments)
                            : RunRpc(context, *parsed.command, parsed.arguments);
  // What was asked for and could not be written is a failure, whatever the server did.
  if (environment.out.flush().good()) return code;
  environment.err << "error: the output could not be written\n";
  return ExitCode::kFailure;
}

}  // namespace fiscus::cli
