#include "tools/fiscus/cli/rpc_command.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>

#include <istream>
#include <iterator>
#include <ostream>

#include "absl/strings/str_cat.h"

#include "fiscus/options/v1/options.pb.h"
#include "fiscus/projects/v1/projects_service.pb.h"
#include "libs/core/dates.h"
#include "libs/core/ids.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "tools/fiscus/cli/fields.h"
#include "tools/fiscus/cli/files.h"
#include "tools/fiscus/cli/output.h"

namespace fiscus::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

constexpr int kPagesMax = 100'000;

absl::Status MergeJson(const Context& context, const std::string& path, Message& request) {
  std::string text;
  if (path == "-") {
    std::istream& in = context.environment().in;
    text.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  } else {
    ASSIGN_OR_RETURN(text, ReadFile(path));
  }
  const auto parsed = google::protobuf::util::JsonStringToMessage(text, &request);
  if (parsed.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", parsed.message().ToString()));
}

// Today in the machine's time zone: business dates are civil dates.
std::string Today(const Context& context) {
  return FormatDate(absl::ToCivilDay(context.environment().clock.Now(), absl::LocalTimeZone()));
}

absl::Status SetFlag(Context& context, const Flag& flag, const Arguments& arguments,
                     Message& request) {
  std::vector<std::string> values = arguments.All(flag.name);
  const bool given_in_json = IsSet(request, flag.field);
  if (values.empty() && !given_in_json) {
    if (flag.kind == FlagKind::kToday) values = {Today(context)};
    if (flag.kind == FlagKind::kNewId) {
      values = {
          NamedUuid("fiscus.cli", absl::StrCat(FieldText(request, "request_id", ValueStyle::kRaw),
                                               "/", ToAbsl(flag.field)))};
    }
  }
  if (values.empty() && flag.required && !given_in_json) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag.positional ? "" : "--", ToAbsl(flag.name), " is required"));
  }
  for (std::string value : values) {
    if (flag.kind == FlagKind::kProject) {
      ASSIGN_OR_RETURN(value, ResolveProject(context, value));
    }
    absl::Status status = SetField(request, flag.field, value);
    if (!status.ok())
      return absl::InvalidArgumentError(
          absl::StrCat(flag.positional ? "" : "--", ToAbsl(flag.name), ": ", status.message()));
  }
  return absl::OkStatus();
}

absl::Status SetPath(const std::string& assignment, Message& request) {
  const size_t equals = assignment.find('=');
  if (equals == std::string::npos)
    return absl::InvalidArgumentError("--set wants field.path=value");
  return SetField(request, std::string_view(assignment).substr(0, equals),
                  std::string_view(assignment).substr(equals + 1));
}

// Fetches the pages that follow and adds their items to the answer.
absl::Status FetchFollowing(Context& context, const Command& command, Message& request,
                            Message& answer) {
  const std::unique_ptr<Message> page = NewMessage(answer.GetDescriptor());
  const FieldDescriptor* next = FindField(answer.GetDescriptor(), "next_page_token");
  std::string token = FieldText(answer, "next_page_token", ValueStyle::kRaw);
  for (int pages = 1; !token.empty(); ++pages) {
    if (pages > kPagesMax) return absl::InternalError("the list does not end");
    RETURN_IF_ERROR(SetField(request, "page_token", token));
    page->Clear();
    RETURN_IF_ERROR(context.Call(command.method, request, *page));
    std::string following = FieldText(*page, "next_page_token", ValueStyle::kRaw);
    if (following == token) return absl::InternalError("the list's page token repeats");
    token = std::move(following);
    answer.MergeFrom(*page);
    answer.GetReflection()->ClearField(&answer, next);
  }
  return absl::OkStatus();
}

// How a call ends that was answered: a batch whose items were refused is no success.
ExitCode EndingOf(const Message& answer) {
  const FieldDescriptor* results = FindField(answer.GetDescriptor(), "results");
  const bool batch = results != nullptr && results->is_repeated() &&
                     FindField(results->message_type(), "status.reason") != nullptr;
  if (!batch) return ExitCode::kOk;
  const int items = answer.GetReflection()->FieldSize(answer, results);
  int refused = 0;
  for (int i = 0; i < items; ++i) {
    const Message& item = answer.GetReflection()->GetRepeatedMessage(answer, results, i);
    if (IsSet(item, "status.code")) ++refused;
  }
  if (refused == 0) return ExitCode::kOk;
  return refused < items ? ExitCode::kPartial : ExitCode::kFailure;
}

absl::StatusOr<ExitCode> CallAndPrint(Context& context, const Command& command,
                                      const Arguments& arguments) {
  const RpcTraits traits = TraitsOf(command);
  ASSIGN_OR_RETURN(const OutputFormat format, ParseOutputFormat(context.settings().Get("output")));
  ASSIGN_OR_RETURN(const std::unique_ptr<Message> request,
                   BuildRequest(context, command, arguments));
  if (traits.write) PrintRequestId(context, FieldText(*request, "request_id", ValueStyle::kRaw));
  const std::unique_ptr<Message> answer = NewMessage(traits.method->output_type());
  RETURN_IF_ERROR(context.Call(command.method, *request, *answer));
  if (traits.paged && arguments.Has("page-all")) {
    RETURN_IF_ERROR(FetchFollowing(context, command, *request, *answer));
  }
  ASSIGN_OR_RETURN(const std::string text,
                   Render(command, *answer, format, context.settings().Get("columns")));
  context.out() << text;
  const bool more =
      traits.paged && !FieldText(*answer, "next_page_token", ValueStyle::kRaw).empty();
  if (more && (format == OutputFormat::kTable || format == OutputFormat::kWide)) {
    context.err() << "more follows: --page-all, or --page-token "
                  << FieldText(*answer, "next_page_token", ValueStyle::kRaw) << "\n";
  }
  return EndingOf(*answer);
}

}  // namespace

RpcTraits TraitsOf(const Command& command) {
  RpcTraits traits;
  traits.method = DescriptorPool::generated_pool()->FindMethodByName(std::string(command.method));
  if (traits.method == nullptr) return traits;
  const Descriptor* request = traits.method->input_type();
  traits.write = request->FindFieldByName("request_id") != nullptr;
  traits.dry_run = request->FindFieldByName("validate_only") != nullptr;
  traits.paged = request->FindFieldByName("page_token") != nullptr;
  traits.intent = traits.method->options().GetExtension(options::v1::access).intent();
  return traits;
}

std::unique_ptr<Message> NewMessage(const Descriptor* type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(type)->New());
}

absl::StatusOr<std::unique_ptr<Message>> BuildRequest(Context& context, const Command& command,
                                                      const Arguments& arguments) {
  const RpcTraits traits = TraitsOf(command);
  std::unique_ptr<Message> request = NewMessage(traits.method->input_type());
  if (arguments.Has("json")) RETURN_IF_ERROR(MergeJson(context, arguments.Get("json"), *request));
  if (traits.write && FieldText(*request, "request_id", ValueStyle::kRaw).empty()) {
    RETURN_IF_ERROR(
        SetField(*request, "request_id",
                 arguments.Has("request-id") ? arguments.Get("request-id") : NewUuid()));
  }
  if (traits.dry_run && arguments.Has("dry-run"))
    RETURN_IF_ERROR(SetField(*request, "validate_only", "true"));
  for (const char* name : {"page-size", "page-token"}) {
    if (!traits.paged || !arguments.Has(name)) continue;
    RETURN_IF_ERROR(SetField(*request,
                             name == std::string_view("page-size") ? "page_size" : "page_token",
                             arguments.Get(name)));
  }
  for (const Preset& preset : command.presets)
    RETURN_IF_ERROR(SetField(*request, preset.field, preset.value));
  for (const Flag& flag : command.flags)
    RETURN_IF_ERROR(SetFlag(context, flag, arguments, *request));
  for (const std::string& assignment : arguments.All("set"))
    RETURN_IF_ERROR(SetPath(assignment, *request));
  return request;
}

ExitCode RunRpc(Context& context, const Command& command, const Arguments& arguments) {
  const absl::StatusOr<ExitCode> code = CallAndPrint(context, command, arguments);
  return code.ok() ? *code : context.Fail(code.status());
}

absl::StatusOr<std::string> ResolveProject(Context& context, const std::string& text) {
  if (text.empty() || IsUuid(text)) return text;
  projects::v1::ListProjectsRequest request;
  request.set_code(text);
  projects::v1::ListProjectsResponse response;
  RETURN_IF_ERROR(
      context.Call("fiscus.projects.v1.ProjectsService.ListProjects", request, response));
  if (response.projects_size() == 1) return response.projects(0).project_id();
  return Refuse(absl::StatusCode::kNotFound, "PROJECT_NOT_FOUND",
                absl::StrCat("there is no project with the code '", text, "'"), {{"code", text}},
                "fiscus.projects.v1");
}

void PrintRequestId(const Context& context, const std::string& request_id) {
  const bool json = context.settings().Get("output").starts_with("json");
  context.err() << (json ? "{\"request_id\":\"" + request_id + "\"}\n"
                         : "request id: " + request_id + "\n");
}

}  // namespace fiscus::cli
