// The command table against the protos, the command line's parsing, completion, and the import's
// requests.
#include <google/protobuf/descriptor.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"

#include "fiscus/budget/v1/budget_service.pb.h"
#include "fiscus/identity/v1/identity_service.pb.h"
#include "fiscus/projects/v1/projects_service.pb.h"
#include "tools/fiscus/cli/completion.h"
#include "tools/fiscus/cli/fields.h"
#include "tools/fiscus/cli/parser.h"
#include "tools/fiscus/cli/rpc_command.h"
#include "tools/fiscus/commands/all.h"
#include "tools/fiscus/commands/import_sender.h"

namespace fiscus::cli {
namespace {

using Catch::Matchers::Contains;

struct Program {
  std::ostringstream out, err;
  std::istringstream in;
  Environment environment{.out = out,
                          .err = err,
                          .in = in,
                          .variable =
                              [](const std::string& name) {
                                return name == "HOME" ? std::string("/nonexistent") : std::string();
                              },
                          .program = "/nowhere/bin/fiscus",
                          .clock = SystemClock()};
  int Run(const std::vector<std::string>& words) {
    return static_cast<int>(Main(AllCommands(), environment, words));
  }
};

TEST_CASE("A command that does not exist is named", "[cli]") {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"bugdet"}, {"alerts", "bugdet"}}) {
    Program program;
    CHECK(program.Run(words) == 2);
    CHECK_THAT(program.err.str(), Contains("no command 'bugdet'"));
  }
  Program program;
  CHECK(program.Run({"alerts"}) == 2);
  CHECK_THAT(program.err.str(), Contains("A subcommand is required"));
}

TEST_CASE("Every entry names an RPC that exists, fields that exist, and no path twice", "[cli]") {
  std::set<std::string_view> paths;
  for (const Command& command : AllCommands()) {
    CAPTURE(command.path);
    CHECK(paths.insert(command.path).second);
    CHECK_FALSE(command.help.empty());
    CHECK((command.run == nullptr || command.method.empty()));
    if (command.method.empty()) continue;
    const auto* method = TraitsOf(command).method;
    REQUIRE(method != nullptr);
    for (const Flag& flag : command.flags) {
      CAPTURE(flag.name);
      CHECK(FindField(method->input_type(), flag.field) != nullptr);
    }
    const auto request = NewMessage(method->input_type());
    for (const Preset& preset : command.presets)
      CHECK(SetField(*request, preset.field, preset.value).ok());
    const auto* item = method->output_type();
    if (!command.rows.empty()) {
      const auto* rows = FindField(item, command.rows);
      REQUIRE(rows != nullptr);
      REQUIRE(rows->is_repeated());
      item = rows->message_type();
    }
    for (const Column& column : command.columns) {
      CAPTURE(column.field);
      CHECK(FindField(item, column.field) != nullptr);
    }
    if (!command.id.empty()) CHECK(FindField(item, command.id) != nullptr);
  }
}

TEST_CASE("Help and version end with 0, mistakes with 2", "[cli]") {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"--help"}, {"--version"}, {"budget", "--help"}, {"pay", "submit", "--help"}}) {
    Program program;
    CHECK(program.Run(words) == 0);
    CHECK_FALSE(program.out.str().empty());
  }
  for (const auto& words : std::vector<std::vector<std::string>>{{},
                                                                 {"budget"},
                                                                 {"nothing"},
                                                                 {"budget", "lines", "--nothing"},
                                                                 {"projects", "get", "a", "b"},
                                                                 {"explain"},
                                                                 {"budget", "lines", "--year"}}) {
    Program program;
    CHECK(program.Run(words) == 2);
    CHECK_FALSE(program.err.str().empty());
  }
  Program program;
  CHECK(program.Run({"pay", "submit", "--help"}) == 0);
  CHECK_THAT(program.out.str(),
             Contains("payments.submit") && Contains("--dry-run") && Contains("--request-id"));
}

TEST_CASE("What is wrong before a call: not logged in 4, unknown output 2, unknown reason 6",
          "[cli]") {
  Program a;
  CHECK(a.Run({"budget", "lines", "-o", "json"}) == 4);
  CHECK_THAT(a.err.str(), Contains("\"code\":16") && Contains("NOT_LOGGED_IN"));
  Program b;
  CHECK(b.Run({"budget", "lines", "--output", "xml"}) == 2);
  Program c;
  CHECK(c.Run({"explain", "NO_SUCH_REASON"}) == 6);
  Program d;
  CHECK(d.Run({"explain", "EXCEEDS_AVAILABLE"}) == 0);
  CHECK_THAT(d.out.str(),
             Contains("fiscus.budget.v1") && Contains("More than the line has available"));
  for (const char* reason : {"OUT_OF_SCOPE", "TOO_MANY_REQUESTS", "NOT_A_NUMBER"}) {
    CAPTURE(reason);
    CHECK(Program().Run({"explain", reason}) == 0);
  }
  Program e;
  CHECK(e.Run({"--context", "none", "whoami"}) == 2);
}

TEST_CASE("A request is built of JSON, presets, flags and --set; ids follow from the request id",
          "[cli]") {
  Program program;
  program.in.str(R"({"payment":{"purpose":"from json","payee":{"name":"overwritten"}}})");
  const std::vector<std::string> words = {"pay",
                                          "submit",
                                          "--json",
                                          "-",
                                          "--line",
                                          "l",
                                          "--unit",
                                          "/a/",
                                          "--amount",
                                          "12.34 CNY",
                                          "--kind",
                                          "progress",
                                          "--payee",
                                          "P",
                                          "--account",
                                          "1",
                                          "--voucher",
                                          "V1",
                                          "--voucher",
                                          "V2",
                                          "--project",
                                          "0191e8a0-0000-7000-8000-000000000001",
                                          "--request-id",
                                          "r",
                                          "--dry-run",
                                          "--set",
                                          "payment.contract_id=c",
                                          "--date",
                                          "2026-01-02"};
  const Parsed parsed = ParseCommandLine(AllCommands(), program.environment, words);
  REQUIRE(parsed.command != nullptr);
  Context context(program.environment, *ResolveSettings(program.environment, parsed.global),
                  AllCommands());
  const auto request = BuildRequest(context, *parsed.command, parsed.arguments);
  INFO(request.status().message());
  REQUIRE(request.ok());
  const auto text = [&](std::string_view path) {
    return FieldText(**request, path, ValueStyle::kRaw);
  };
  CHECK(text("request_id") == "r");
  CHECK(text("validate_only") == "true");
  CHECK(text("payment.purpose") == "from json");
  CHECK(text("payment.payee.name") == "P");
  CHECK(text("payment.vouchers") == "V1, V2");
  CHECK(text("payment.contract_id") == "c");
  CHECK(text("payment.amount") == "1234");
  program.in.clear();
  program.in.str("{}");
  CHECK(FieldText(**BuildRequest(context, *parsed.command, parsed.arguments), "payment.payment_id",
                  ValueStyle::kRaw) == text("payment.payment_id"));
}

TEST_CASE("A required number that was not given is missed, not taken for 0", "[cli]") {
  const std::vector<std::string> words = {
      "budget", "approve",    "--code", "L",        "--unit", "/a/",    "--currency",
      "CNY",    "--document", "D",      "--amount", "1 CNY",  "--date", "2026-01-01"};
  const auto message = [&words](const std::vector<std::string>& more, const std::string& json) {
    Program program;
    program.in.str(json);
    std::vector<std::string> all = words;
    all.insert(all.end(), more.begin(), more.end());
    all.insert(all.end(), {"--json", "-"});
    const Parsed parsed = ParseCommandLine(AllCommands(), program.environment, all);
    REQUIRE(parsed.command != nullptr);
    Context context(program.environment, *ResolveSettings(program.environment, parsed.global),
                    AllCommands());
    return std::string(BuildRequest(context, *parsed.command, parsed.arguments).status().message());
  };
  CHECK(message({}, "{}") == "--year is required");
  CHECK(message({"--year", "2026"}, "{}").empty());
  CHECK(message({}, R"({"line":{"fiscal_year":2026}})").empty());
}

TEST_CASE("A timeout that is no number is refused with where it comes from", "[cli]") {
  for (const char* text : {"abc", "0", "-1", "1.5", "99999999999"}) {
    Program program;
    CHECK(program.Run({"whoami", "--timeout", text}) == 2);
    CHECK_THAT(program.err.str(), Contains("timeout wants") && Contains("(flag)"));
  }
}

TEST_CASE("The settings are told as JSON and YAML too", "[cli]") {
  Program json;
  CHECK(json.Run({"config", "view", "-o", "json", "--tenant", "t\"x"}) == 0);
  CHECK_THAT(json.out.str(), Contains(R"("tenant":{"value":"t\"x","origin":"flag"})"));
  Program yaml;
  CHECK(yaml.Run({"config", "view", "-o", "yaml"}) == 0);
  CHECK_THAT(yaml.out.str(), Contains("settings:\n  address:\n    value: \"127.0.0.1:8443\"\n"));
}

TEST_CASE("The doctor stops at the first step that fails, and says what to do", "[cli]") {
  Program no_authority;
  CHECK(no_authority.Run({"doctor", "--ca", "/nonexistent/ca.pem"}) == 1);
  CHECK_THAT(no_authority.out.str(),
             Contains("authority  FAILS") && Contains("PEM file") && !Contains("gateway    "));
  Program nobody_there;
  CHECK(nobody_there.Run({"doctor", "--address", "127.0.0.1:1", "--timeout", "2"}) == 1);
  CHECK_THAT(nobody_there.out.str(),
             Contains("authority  ok") && Contains("gateway    FAILS") && !Contains("login"));
}

TEST_CASE("Output that cannot be written is a failure", "[cli]") {
  Program program;
  program.out.setstate(std::ios::badbit);
  CHECK(program.Run({"explain", "EXCEEDS_AVAILABLE"}) == 1);
  CHECK_THAT(program.err.str(), Contains("could not be written"));
}

TEST_CASE("The file of rejected rows may not be the file itself", "[cli]") {
  std::string pattern = (std::filesystem::temp_directory_path() / "fiscus-import-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(pattern.data());
  const std::string file = folder / "in.csv";
  std::ofstream(file) << "k\n\n";
  std::ofstream(folder / "p.textproto")
      << "name: 'p' input { format: FORMAT_CSV header_row: 1 } output { key: '{k}' } "
         "field { name: 'k' heading: 'k' required: true }";
  std::filesystem::create_hard_link(file, folder / "other.csv");
  for (const std::string& rejected : {file, (folder / "other.csv").string()}) {
    Program program;
    CHECK(program.Run({"import", file, "--profile", folder / "p.textproto", "--tenant", "t",
                       "--offline", "--rejected", rejected}) == 2);
    CHECK_THAT(program.err.str(), Contains("--rejected names the file"));
  }
  CHECK(std::filesystem::file_size(file) == 3);
  std::filesystem::remove_all(folder);
}

TEST_CASE("Completion scripts name every command", "[cli]") {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const auto script = CompletionScript(AllCommands(), shell);
    REQUIRE(script.ok());
    for (const char* word : {"budget", "submit", "use-context", "watch", "request-id"})
      CHECK_THAT(*script, Contains(word));
    CHECK_THAT(*script, !Contains("'__complete'"));
  }
  CHECK_FALSE(CompletionScript(AllCommands(), "cmd").ok());
}

// Answers as the services do, and remembers what it was sent.
struct FakeApi {
  identity::v1::BatchCreateUnitsRequest units;
  projects::v1::BatchImportProjectsRequest projects;
  budget::v1::BatchRecordObservedRequest operations;
  std::vector<budget::v1::JournalEntry> journal;  // of the line "l-A", a page an entry
  std::string refuse_project;
  std::string refuse_payment_of;  // a line
  int unit_calls = 0;

  absl::Status Call(std::string_view method, const google::protobuf::Message& request,
                    google::protobuf::Message& response) {
    if (method.ends_with("BatchCreateUnits")) {
      ++unit_calls;
      units.CopyFrom(request);
      for (int i = 0; i < units.units_size(); ++i)
        static_cast<identity::v1::BatchCreateUnitsResponse&>(response).add_results();
    } else if (method.ends_with("BatchImportProjects")) {
      projects.CopyFrom(request);
      for (const auto& project : projects.projects()) {
        auto& result =
            *static_cast<projects::v1::BatchImportProjectsResponse&>(response).add_results();
        if (project.project().code() != refuse_project) continue;
        result.mutable_status()->set_code(6);
        result.mutable_status()->set_reason("PROJECT_CODE_TAKEN");
      }
    } else if (method.ends_with("ListEntries")) {
      const auto& asked = static_cast<const budget::v1::ListEntriesRequest&>(request);
      if (asked.line_id() != "l-A" || journal.empty()) return absl::NotFoundError("no such line");
      const size_t at = asked.page_token().size();
      auto& answer = static_cast<budget::v1::ListEntriesResponse&>(response);
      *answer.add_entries() = journal[at];
      if (at + 1 < journal.size()) answer.set_next_page_token(asked.page_token() + "x");
    } else {
      operations.CopyFrom(request);
      for (const auto& operation : operations.operations()) {
        auto& result =
            *static_cast<budget::v1::BatchRecordObservedResponse&>(response).add_results();
        const bool refused = operation.line_id() == refuse_payment_of;
        const bool cause = operation.operation() == budget::v1::OPERATION_OBSERVED_PAY;
        result.set_replayed(!refused);
        if (!refused) continue;
        result.mutable_status()->set_code(9);
        result.mutable_status()->set_reason(cause ? "PERIOD_CLOSED" : "GROUP_REFUSED");
      }
    }
    return absl::OkStatus();
  }
};

imports::v1::Record RecordOf(const std::string& key) {
  imports::v1::Record record;
  record.set_key(key);
  record.mutable_unit()->set_segment("u");
  record.mutable_project()->set_id("p-" + key);
  record.mutable_project()->set_code(key);
  record.mutable_project()->mutable_investment()->set_minor(700);
  if (key != "C") record.mutable_measurement()->set_physical_bp(550);
  record.mutable_line()->set_id("l-" + key);
  record.mutable_line()->set_currency("CNY");
  for (const auto kind :
       {imports::v1::OPERATION_KIND_APPROVE, imports::v1::OPERATION_KIND_OBSERVED_PAY}) {
    auto& operation = *record.add_operation();
    operation.set_kind(kind);
    operation.set_id(absl::StrCat("o-", key, kind));
    operation.mutable_amount()->set_minor(700);
    operation.set_effective_date(absl::StrCat("2026-0", static_cast<int>(kind), "-01"));
  }
  record.set_reported_on("2026-06-01");
  return record;
}

TEST_CASE("Records become units, projects and operations; a refused project sends no money",
          "[cli]") {
  FakeApi api;
  api.refuse_project = "B";
  const auto call = [&api](std::string_view method, const google::protobuf::Message& request,
                           google::protobuf::Message& response) {
    return api.Call(method, request, response);
  };
  ImportSender sender({.root_path = "/r/", .profile = "test"}, call);
  const auto rows = sender.Send({RecordOf("A"), RecordOf("B")});
  REQUIRE(rows.ok());
  CHECK(rows->at(0).reason.empty());
  CHECK_FALSE(rows->at(0).repeated);  // its project is new
  CHECK(rows->at(1).reason == "PROJECT_CODE_TAKEN");
  REQUIRE(api.units.units_size() == 1);
  CHECK(api.units.units(0).parent_path() == "/r/");
  const auto& project = api.projects.projects(0);
  CHECK(project.project().unit_path() == "/r/u/");
  CHECK(project.project().observed());
  CHECK(project.work_items(0).certified_milli() == 5500);
  REQUIRE(api.operations.operations_size() == 2);
  CHECK(api.operations.operations(0).line().mode() == budget::v1::LINE_MODE_OBSERVED);
  CHECK_FALSE(api.operations.operations(1).has_line());
  REQUIRE(sender.Send({RecordOf("C")}).ok());
  CHECK(api.unit_calls == 1);  // the unit is known by now
  CHECK(api.projects.projects(0).reported_on() == "2026-06-01");
  CHECK(api.projects.projects(0).work_items().empty());
}

TEST_CASE("The operations of a row are one group; its refusal names the one that caused it",
          "[cli]") {
  FakeApi api;
  api.refuse_payment_of = "l-B";
  const auto call = [&api](std::string_view method, const google::protobuf::Message& request,
                           google::protobuf::Message& response) {
    return api.Call(method, request, response);
  };
  ImportSender sender({.root_path = "/r/", .profile = "test"}, call);
  const auto rows = sender.Send({RecordOf("A"), RecordOf("B")});
  REQUIRE(rows.ok());
  const auto group = [&api](int i) { return api.operations.operations(i).group(); };
  REQUIRE(api.operations.operations_size() == 4);
  CHECK_FALSE(group(0).empty());
  CHECK(group(0).size() <= 100);
  CHECK(group(0) == group(1));
  CHECK(group(1) != group(2));
  CHECK(group(2) == group(3));
  CHECK(rows->at(0).reason.empty());
  CHECK(rows->at(1).reason == "PERIOD_CLOSED");
  const std::string before = group(0);
  const std::string request = api.operations.operations(0).request_id();
  REQUIRE(sender.Send({RecordOf("A")}).ok());
  CHECK(group(0) == before);
  CHECK(api.operations.operations(0).request_id() == request);
  imports::v1::Record other = RecordOf("A");
  other.mutable_operation(1)->mutable_amount()->set_minor(701);
  REQUIRE(sender.Send({other}).ok());
  CHECK(group(0) != before);
  CHECK(api.operations.operations(0).request_id() != request);  // refused and mended: another one
}

TEST_CASE("A report of a known line posts what exceeds its journal; a contradiction sends nothing",
          "[cli]") {
  FakeApi api;
  const auto add = [&api](budget::v1::Operation operation, const char* date, int64_t amount) {
    budget::v1::JournalEntry& entry = api.journal.emplace_back();
    entry.set_operation(operation);
    entry.set_effective_date(date);
    entry.set_amount(amount);
  };
  add(budget::v1::OPERATION_APPROVE, "2026-01-01", 700);
  add(budget::v1::OPERATION_OBSERVED_PAY, "2026-03-01", 200);
  const auto call = [&api](std::string_view method, const google::protobuf::Message& request,
                           google::protobuf::Message& response) {
    return api.Call(method, request, response);
  };
  const auto send = [&call](const imports::v1::Record& record) {
    return ImportSender({.root_path = "/r/", .profile = "test"}, call).Send({record});
  };
  REQUIRE(send(RecordOf("A"))->at(0).reason.empty());
  REQUIRE(api.operations.operations_size() == 1);
  CHECK(api.operations.operations(0).operation() == budget::v1::OPERATION_OBSERVED_PAY);
  CHECK(api.operations.operations(0).amount().minor() == 500);
  const std::string report = api.projects.projects(0).request_id();
  CHECK(api.projects.projects(0).project().project_id() == "p-A");

  add(budget::v1::OPERATION_OBSERVED_PAY, "2026-06-01", 500);
  api.operations.Clear();
  REQUIRE(send(RecordOf("A"))->at(0).reason.empty());
  CHECK(api.operations.operations().empty());
  CHECK(api.projects.projects(0).request_id() == report);  // the same report, the same request

  imports::v1::Record progressed = RecordOf("A");
  progressed.mutable_measurement()->set_physical_bp(600);
  REQUIRE(send(progressed)->at(0).reason.empty());
  CHECK(api.projects.projects(0).request_id() != report);

  api.projects.Clear();
  progressed.mutable_operation(1)->mutable_amount()->set_minor(0);
  const auto refused = send(progressed);
  CHECK(refused->at(0).reason == "FIGURES_CHANGED");
  CHECK_THAT(refused->at(0).message, Contains("7.00") && Contains("0.00"));
  CHECK(api.projects.projects().empty());
  CHECK(api.operations.operations().empty());
}

}  // namespace
}  // namespace fiscus::cli
