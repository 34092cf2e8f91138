// The engine of the command line without a server: fields, tables, settings, tokens, exit codes.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <sstream>

#include "fiscus/budget/v1/budget_service.pb.h"
#include "fiscus/monitor/v1/monitor.pb.h"
#include "fiscus/payments/v1/payments_service.pb.h"
#include "libs/core/status.h"
#include "tools/fiscus/cli/errors.h"
#include "tools/fiscus/cli/exit_code.h"
#include "tools/fiscus/cli/fields.h"
#include "tools/fiscus/cli/output.h"
#include "tools/fiscus/cli/settings.h"
#include "tools/fiscus/cli/table.h"
#include "tools/fiscus/cli/tokens.h"
#include "tools/fiscus/cli/yaml.h"

namespace fiscus::cli {
namespace {

using Catch::Matchers::Contains;

// A folder that goes when the test ends.
struct Folder {
  std::string path;
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fiscus-cli-XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

struct Surroundings {
  std::ostringstream out, err;
  std::istringstream in;
  std::map<std::string, std::string> variables;
  FakeClock clock{absl::UnixEpoch()};
  Environment environment{.out = out,
                          .err = err,
                          .in = in,
                          .variable =
                              [this](const std::string& name) {
                                const auto found = variables.find(name);
                                return found == variables.end() ? std::string() : found->second;
                              },
                          .program = "/nowhere/bin/fiscus",
                          .clock = clock};
};

TEST_CASE("Fields are set by path from people's text", "[cli]") {
  payments::v1::SubmitPaymentRequest request;
  REQUIRE(SetField(request, "payment.amount", "1,234.50 CNY").ok());
  CHECK(request.payment().amount().minor() == 123450);
  REQUIRE(SetField(request, "payment.amount", "90071992547409.93").ok());
  CHECK(request.payment().amount().minor() == 9007199254740993);
  REQUIRE(SetField(request, "payment.amount", "500 JPY").ok());
  CHECK(request.payment().amount().minor() == 500);
  REQUIRE(SetField(request, "payment.kind", "no-contract").ok());
  CHECK(request.payment().kind() == payments::v1::PAYMENT_KIND_NO_CONTRACT);
  REQUIRE(SetField(request, "payment.vouchers", "V1").ok());
  REQUIRE(SetField(request, "payment.vouchers", "V2").ok());
  CHECK(request.payment().vouchers_size() == 2);
  REQUIRE(SetField(request, "validate_only", "true").ok());
  for (const auto& [path, text] :
       std::vector<std::pair<std::string, std::string>>{{"payment.amount", "12.345"},
                                                        {"payment.amount", "much"},
                                                        {"payment.amount", "99999999999999999999"},
                                                        {"payment.kind", "bribe"},
                                                        {"payment.version", "x"},
                                                        {"payment.nothing", "1"},
                                                        {"payment.steps", "1"},
                                                        {"validate_only", "yes"}}) {
    CAPTURE(path, text);
    CHECK(absl::IsInvalidArgument(SetField(request, path, text)));
  }
}

TEST_CASE("Values are shown for people and raw for programs", "[cli]") {
  budget::v1::LedgerResponse response;
  response.mutable_line()->set_currency("CNY");
  response.mutable_line()->mutable_balances()->set_paid(9007199254740993);
  response.mutable_line()->set_mode(budget::v1::LINE_MODE_OBSERVED);
  CHECK(FieldText(response, "line.balances.paid", ValueStyle::kPeople) ==
        "90,071,992,547,409.93 CNY");
  CHECK(FieldText(response, "line.balances.paid", ValueStyle::kRaw) == "9007199254740993");
  CHECK(FieldText(response, "line.mode", ValueStyle::kRaw) == "OBSERVED");
  CHECK(FieldText(response, "counter_line.code", ValueStyle::kRaw).empty());
  monitor::v1::Indicators indicators;
  CHECK(FieldText(indicators, "deviation_bp", ValueStyle::kPeople).empty());  // absent, not zero
  indicators.set_deviation_bp(-1205);
  CHECK(FieldText(indicators, "deviation_bp", ValueStyle::kPeople) == "-12.05 %");
}

TEST_CASE("YAML keeps texts texts and nests as JSON does", "[cli]") {
  CHECK(YamlOfJson(
            R"({"a":"1","b":[{"c":true,"d":[]},[1,2]],"e":{},"f":"no: #\n","g":{"h":null}})") ==
        "a: \"1\"\n"
        "b:\n"
        "  - c: true\n"
        "    d: []\n"
        "  - - 1\n"
        "    - 2\n"
        "e: {}\n"
        "f: \"no: #\\n\"\n"
        "g:\n"
        "  h: null\n");
}

TEST_CASE("A field is set if something was put into it", "[cli]") {
  payments::v1::SubmitPaymentRequest request;
  for (const char* path : {"payment.version", "payment.payee.name", "payment.vouchers",
                           "payment.amount", "validate_only", "nothing.such"}) {
    CAPTURE(path);
    CHECK_FALSE(IsSet(request, path));
  }
  request.mutable_payment()->set_version(7);
  request.mutable_payment()->add_vouchers("V");
  request.mutable_payment()->mutable_amount();
  for (const char* path : {"payment.version", "payment.vouchers", "payment.amount"}) {
    CAPTURE(path);
    CHECK(IsSet(request, path));
  }
}

TEST_CASE("Minor units take the currency that the text or the message names", "[cli]") {
  budget::v1::SetFundPlanRequest plan;
  REQUIRE(SetField(plan, "monthly", "12").ok());
  REQUIRE(SetField(plan, "monthly", "12 JPY").ok());
  REQUIRE(SetField(plan, "monthly", "-1,234.50 CNY").ok());
  CHECK(plan.monthly(0) == 1200);
  CHECK(plan.monthly(1) == 12);
  CHECK(plan.monthly(2) == -123'450);
  budget::v1::LedgerResponse response;
  response.mutable_line()->set_currency("JPY");
  REQUIRE(SetField(response, "line.balances.paid", "12").ok());
  CHECK(response.line().balances().paid() == 12);
  CHECK(absl::IsInvalidArgument(SetField(response, "line.balances.paid", "12 CNY")));
}

TEST_CASE("Tables line up by what characters occupy and keep foreign text harmless", "[cli]") {
  CHECK(DisplayWidth("省é") == 3);
  CHECK(DisplayWidth("e\xCC\x81") == 1);
  CHECK(RenderTable({{"name"}, {"sum", true}}, {{"安徽", "1"}, {"Zhejiang\x1b[2J", "1000"}}) ==
        "NAME           SUM\n安徽             1\nZhejiang?[2J  1000\n");
  CHECK(RenderCard({{"id"}, {"name"}}, {"1", "two\nlines"}) == "ID    1\nNAME  two lines\n");
  CHECK(RenderCsv({{"a"}, {"b"}}, {{"1,2", "\""}}) == "a,b\r\n\"1,2\",\"\"\"\"\r\n");
}

TEST_CASE("An answer is rendered in every format", "[cli]") {
  budget::v1::ListLinesResponse answer;
  auto& line = *answer.add_lines();
  line.set_code("L1");
  line.set_line_id("id-1");
  line.set_currency("CNY");
  line.mutable_balances()->set_paid(12345);
  const Command command = {
      .path = "x",
      .rows = "lines",
      .columns = {{"code", "code"}, {"paid", "balances.paid"}, {"id", "line_id", true}},
      .id = "line_id"};
  const auto render = [&](OutputFormat format, const std::string& columns = "") {
    return Render(command, answer, format, columns).value_or("error");
  };
  CHECK(render(OutputFormat::kTable) == "CODE        PAID\nL1    123.45 CNY\n");
  CHECK(render(OutputFormat::kWide) == "CODE        PAID  ID\nL1    123.45 CNY  id-1\n");
  CHECK(render(OutputFormat::kCsv) == "code,balances.paid,line_id\r\nL1,12345,id-1\r\n");
  CHECK(render(OutputFormat::kName) == "id-1\n");
  CHECK_THAT(render(OutputFormat::kYaml), Contains("lines:\n  - line_id: \"id-1\"\n") &&
                                              Contains("\n    balances:\n      approved: \"0\"\n"));
  CHECK_THAT(render(OutputFormat::kJson),
             Contains("\"paid\": \"12345\"") && Contains("\"line_id\": \"id-1\""));
  CHECK_THAT(render(OutputFormat::kJsonLines),
             Contains("\"paid\":\"12345\"") && Contains("\"overspent\":false"));
  CHECK(render(OutputFormat::kTable, "fiscal_year,code") == "FISCAL_YEAR  CODE\n          0  L1\n");
  CHECK(render(OutputFormat::kTable, "nothing") == "error");
  CHECK_FALSE(ParseOutputFormat("xml").ok());
}

TEST_CASE("Settings come from flag, environment, context, default, in this order", "[cli]") {
  Folder folder;
  Surroundings s;
  s.variables = {{"FISCUS_CONFIG", folder.path + "/config.toml"}};
  ConfigFile file;
  file.contexts["demo"] = {{"address", "demo:1"}, {"tenant", "t\"1\\"}};
  file.current_context = "demo";
  REQUIRE(SaveConfigFile(s.environment, file).ok());
  auto settings = ResolveSettings(s.environment, {});
  REQUIRE(settings.ok());
  CHECK(settings->Get("address") == "demo:1");
  CHECK(settings->Get("tenant") == "t\"1\\");
  CHECK(settings->values["address"].origin == "context demo");
  CHECK(settings->values["output"].origin == "default");
  s.variables["FISCUS_ADDRESS"] = "env:2";
  CHECK(ResolveSettings(s.environment, {})->values["address"].origin == "FISCUS_ADDRESS");
  const Arguments flags = {{{"address", {"flag:3"}}}};
  CHECK(ResolveSettings(s.environment, flags)->Get("address") == "flag:3");
  CHECK_FALSE(ResolveSettings(s.environment, {{{"context", {"other"}}}}).ok());
}

TEST_CASE("A configuration that is not understood is refused with its line", "[cli]") {
  for (const char* text : {"[other]\n", "address = \"x\"\n", "[context.a]\nunknown = \"x\"\n",
                           "[context.a]\naddress = x\n", "[context.a b]\n",
                           "[context.a]\naddress\n", "[context.a]\naddress = \"x\" y\n"}) {
    CAPTURE(text);
    CHECK_THAT(std::string(ConfigFile::Parse(text).status().message()), Contains("line "));
  }
  CHECK(ConfigFile::Parse("# only a comment\n\n").ok());
}

TEST_CASE("Tokens stay private, are renewed in time, and by one process only", "[cli]") {
  Folder folder;
  FakeClock clock(absl::FromUnixSeconds(1000));
  const TokenStore store(folder.path + "/state", "a:1", "t", clock);
  CHECK(absl::IsUnauthenticated(store.Load().status()));
  REQUIRE(store.Save({"access-1", "refresh-1", absl::FromUnixSeconds(1300)}).ok());
  struct stat status{};
  for (const auto& entry : std::filesystem::directory_iterator(folder.path + "/state")) {
    REQUIRE(stat(entry.path().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
  int refreshes = 0;
  const auto refresh = [&](const std::string& spent) -> absl::StatusOr<Tokens> {
    CHECK(spent == "refresh-1");
    ++refreshes;
    return Tokens{"access-2", "refresh-2", absl::FromUnixSeconds(2000)};
  };
  CHECK(store.Fresh("", refresh)->access == "access-1");
  clock.Set(absl::FromUnixSeconds(1290));
  CHECK(store.Fresh("", refresh)->access == "access-2");
  CHECK(store.Fresh("access-1", refresh)->access == "access-2");  // another process was quicker
  CHECK(refreshes == 1);
  const auto refused = [](const std::string&) -> absl::StatusOr<Tokens> {
    return absl::UnauthenticatedError("revoked");
  };
  CHECK(RefusalOf(store.Fresh("access-2", refused).status())->reason == "NOT_LOGGED_IN");
  CHECK(absl::IsUnauthenticated(store.Load().status()));
}

TEST_CASE("Every kind of error has its exit code", "[cli]") {
  const std::vector<std::pair<absl::StatusCode, int>> codes = {
      {absl::StatusCode::kOk, 0},
      {absl::StatusCode::kInternal, 1},
      {absl::StatusCode::kUnknown, 1},
      {absl::StatusCode::kInvalidArgument, 2},
      {absl::StatusCode::kCancelled, 3},
      {absl::StatusCode::kUnauthenticated, 4},
      {absl::StatusCode::kPermissionDenied, 5},
      {absl::StatusCode::kNotFound, 6},
      {absl::StatusCode::kFailedPrecondition, 7},
      {absl::StatusCode::kAlreadyExists, 8},
      {absl::StatusCode::kAborted, 8},
      {absl::StatusCode::kUnavailable, 9},
      {absl::StatusCode::kDeadlineExceeded, 9},
      {absl::StatusCode::kResourceExhausted, 9}};
  for (const auto& [code, exit] : codes) CHECK(static_cast<int>(ExitCodeOf(code)) == exit);
}

TEST_CASE("Errors carry reason, figures and the way to an explanation", "[cli]") {
  const absl::Status refusal =
      Refuse(absl::StatusCode::kFailedPrecondition, "EXCEEDS_AVAILABLE",
             "the line has 5.00 CNY left", {{"available", "500"}}, "fiscus.budget.v1");
  CHECK(ErrorText(refusal) ==
        "error: the line has 5.00 CNY left\n"
        "  reason: EXCEEDS_AVAILABLE (fiscus.budget.v1; see `fiscus explain EXCEEDS_AVAILABLE`)\n  "
        "available: 500\n");
  CHECK_THAT(ErrorJson(refusal), Contains("\"code\":9") &&
                                     Contains("\"reason\":\"EXCEEDS_AVAILABLE\"") &&
                                     Contains("google.rpc.ErrorInfo"));
  CHECK_THAT(ErrorText(absl::UnavailableError("no route")), Contains("may be repeated"));
  bool found = false;
  for (unsigned i = 0; i < kReasonCount; ++i) {
    found = found || (kReasons[i].reason == "EXCEEDS_AVAILABLE" &&
                      kReasons[i].text.find("available") != std::string_view::npos);
    CHECK_FALSE(kReasons[i].text.empty());
  }
  CHECK(found);
}

}  // namespace
}  // namespace fiscus::cli
