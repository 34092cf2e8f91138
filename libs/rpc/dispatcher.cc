#include "libs/rpc/dispatcher.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>

#include "libs/core/ids.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/rpc/field_path.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"
#include "libs/runtime/process.h"

namespace fiscus::rpc {
namespace {

namespace pb = google::protobuf;

constexpr char kRequestIdField[] = "request_id";
// Less is not worth starting: the answer would come too late, and the caller would not know what
// happened.
constexpr absl::Duration kWorthStarting = absl::Milliseconds(20);
constexpr int64_t kQueueRetryMs = 200;

std::string Metadata(const grpc::CallbackServerContext& context, const char* name) {
  const auto& all = context.client_metadata();
  const auto found = all.find(name);
  return found == all.end() ? "" : std::string(found->second.data(), found->second.size());
}

absl::StatusOr<std::string> BearerToken(const grpc::CallbackServerContext& context) {
  const std::string header = Metadata(context, "authorization");
  constexpr std::string_view kBearer = "Bearer ";
  if (header.substr(0, kBearer.size()) != kBearer) {
    return Refuse(absl::StatusCode::kUnauthenticated, "TOKEN_MISSING",
                  "send `authorization: Bearer <access token>`", {}, kCommonDomain);
  }
  return header.substr(kBearer.size());
}

std::string CanonicalBytes(const pb::Message& message) {
  std::string bytes;
  {
    pb::io::StringOutputStream stream(&bytes);
    pb::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

std::string NewTraceparent() {
  const std::string random = Hex(RandomBytes(24));
  return "00-" + random.substr(0, 32) + "-" + random.substr(32, 16) + "-01";
}

// "00-<32 hex>-<16 hex>-<2 hex>" (W3C trace context); a foreign or malformed one is replaced.
std::string TraceparentOr(const std::string& text) {
  const bool shaped = text.size() == 55 && text[2] == '-' && text[35] == '-' && text[52] == '-' &&
                      text.substr(0, 2) == "00";
  const bool hex = shaped && std::all_of(text.begin(), text.end(), [](char c) {
                     return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                   });
  return hex ? text : NewTraceparent();
}

MethodPolicy PolicyOf(const pb::MethodDescriptor& method) {
  const std::string package = method.file()->package();
  MethodPolicy policy{.name = "/" + method.service()->full_name() + "/" + method.name(),
                      .domain = package};
  policy.access = method.options().GetExtension(options::v1::access);
  policy.has_request_id = method.input_type()->FindFieldByName(kRequestIdField) != nullptr;
  if (policy.access.scope() == options::v1::SCOPE_UNSPECIFIED) {
    ExitConfig(package, absl::FailedPreconditionError(
                            policy.name + " declares no access rule; the service does not start"));
  }
  return policy;
}

// The trace id of a traceparent.
std::string TraceIdOf(const std::string& traceparent) { return traceparent.substr(3, 32); }

void LogRefusal(const absl::Status& status, const Call& call) {
  const auto info = RefusalOf(status);
  log::Info("call refused", {{"method", call.method},
                             {"reason", info.has_value() ? info->reason : "-"},
                             {"subject", call.caller.subject.empty() ? "-" : call.caller.subject},
                             {"peer", call.peer},
                             {"trace", TraceIdOf(call.traceparent)}});
}

absl::Status TooLarge(size_t bytes, size_t bytes_max) {
  return Refuse(absl::StatusCode::kResourceExhausted, "REQUEST_TOO_LARGE",
                "the request has " + std::to_string(bytes) + " bytes; at most " +
                    std::to_string(bytes_max) + " are taken",
                {{"bytes", std::to_string(bytes)}, {"bytes_max", std::to_string(bytes_max)}},
                kCommonDomain);
}

// Who calls, by the token.
absl::StatusOr<Caller> Identify(const grpc::CallbackServerContext& context,
                                const TokenVerifier& verifier, absl::Time now) {
  ASSIGN_OR_RETURN(const std::string token, BearerToken(context));
  ASSIGN_OR_RETURN(Caller caller, verifier.Verify(token, now));
  if (caller.IsService()) {
    // A service acts for the tenant and person that its own caller had.
    caller.tenant = Metadata(context, "x-fiscus-tenant");
    caller.on_behalf_of = Metadata(context, "x-fiscus-on-behalf-of");
  }
  return caller;
}

absl::Status CheckCallers(const MethodPolicy& policy, const Caller& caller) {
  const auto callers = policy.access.callers();
  const bool allowed = callers == options::v1::CALLERS_ANY ||
                       (callers == options::v1::CALLERS_SERVICE) == caller.IsService();
  if (allowed) return absl::OkStatus();
  return Refuse(
      absl::StatusCode::kPermissionDenied, "WRONG_CALLER",
      caller.IsService() ? "this RPC is not for services" : "this RPC is for services only",
      {{"method", policy.name}}, kCommonDomain);
}

// `field`: of the request, where it names the unit.
absl::Status OutOfScope(const MethodPolicy& policy, const std::string& unit_path,
                        const std::string& field = "") {
  Figures figures = {{"intent", policy.access.intent()}, {"unit_path", unit_path}};
  if (!field.empty()) figures["field"] = field;
  return Refuse(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE",
                "the caller does not hold " + policy.access.intent() + " at " + unit_path,
                std::move(figures), kCommonDomain);
}

// A tenant's root has one part: "/33/".
bool IsRoot(const std::string& path) { return std::count(path.begin(), path.end(), '/') <= 2; }

absl::Status CheckFieldScope(const MethodPolicy& policy, const Call& call,
                             const pb::Message& request) {
  std::vector<FieldText> units;
  for (const std::string& field : policy.access.unit_field()) {
    CollectText(request, field, &units);
    if (units.empty())
      return InvalidFields({{field, "is needed: the unit that the call concerns"}});
  }
  for (const FieldText& unit : units) {
    if (!IsUnitPath(unit.text))
      return InvalidFields({{unit.path, "must be a unit path such as /330000/330100/"}});
  }
  for (const FieldText& unit : units) {
    if (!call.caller.Holds(policy.access.intent(), unit.text))
      return OutOfScope(policy, unit.text, unit.path);
  }
  return absl::OkStatus();
}

absl::Status CheckResourceScope(const MethodPolicy& policy, const Call& call,
                                const pb::Message& request, const UnitResolver& resolve) {
  std::vector<std::string> ids;
  for (const std::string& field : policy.access.resource_field()) {
    std::vector<FieldText> found;
    CollectText(request, field, &found);
    if (found.empty()) return InvalidFields({{field, "is needed"}});
    for (FieldText& id : found) {
      if (!IsUuid(id.text)) return InvalidFields({{id.path, "must be a UUID in lower case"}});
      ids.push_back(std::move(id.text));
    }
  }
  // A service holds its intents everywhere; its callees answer for unknown ids themselves, item by
  // item.
  if (call.caller.IsService()) return absl::OkStatus();
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  ASSIGN_OR_RETURN(const std::vector<std::string> paths,
                   resolve(call, policy.access.resource(), ids));
  for (const std::string& path : paths) {
    if (!call.caller.Holds(policy.access.intent(), path)) return OutOfScope(policy, path);
  }
  return absl::OkStatus();
}

}  // namespace

WorkerPool::WorkerPool(int threads, size_t queue_max) : queue_max_(queue_max) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
}

bool WorkerPool::Post(absl::AnyInvocable<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= queue_max_) return false;
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

void WorkerPool::Run() {
  for (;;) {
    absl::AnyInvocable<void()> task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task();
  }
}

absl::Status Authorise(const MethodPolicy& policy, const Call& call, const pb::Message& request,
                       const UnitResolver& resolve) {
  if (policy.access.scope() == options::v1::SCOPE_PUBLIC) return absl::OkStatus();
  RETURN_IF_ERROR(CheckCallers(policy, call.caller));
  if (policy.access.scope() == options::v1::SCOPE_SELF) return absl::OkStatus();
  const std::string& intent = policy.access.intent();
  if (!call.caller.HoldsSomewhere(intent)) {
    return Refuse(absl::StatusCode::kPermissionDenied, "INTENT_MISSING",
                  "the caller does not hold " + intent, {{"intent", intent}}, kCommonDomain);
  }
  switch (policy.access.scope()) {
    case options::v1::SCOPE_FIELD:
      return CheckFieldScope(policy, call, request);
    case options::v1::SCOPE_RESOURCE:
      return CheckResourceScope(policy, call, request, resolve);
    case options::v1::SCOPE_TENANT: {
      const std::vector<std::string> scopes = call.caller.ScopesFor(intent);
      const bool at_root = std::any_of(scopes.begin(), scopes.end(), IsRoot);
      return at_root ? absl::OkStatus() : OutOfScope(policy, "the tenant's root unit");
    }
    default:
      return absl::OkStatus();  // SCOPE_CALLER: the handler filters by ScopesFor
  }
}

Dispatcher::Dispatcher(const Context& context, std::string_view full_service) : context_(context) {
  const pb::ServiceDescriptor* service =
      pb::DescriptorPool::generated_pool()->FindServiceByName(std::string(full_service));
  if (service == nullptr) ExitConfig(full_service, absl::InternalError("descriptor not linked in"));
  for (int i = 0; i < service->method_count(); ++i) {
    MethodPolicy policy = PolicyOf(*service->method(i));
    policies_.emplace(policy.name, std::move(policy));
  }
}

std::function<absl::Status()> Dispatcher::PermitOf(const grpc::CallbackServerContext& context,
                                                   const char* method) const {
  const MethodPolicy& policy = policies_.find(std::string_view(method))->second;
  if (policy.access.scope() == options::v1::SCOPE_PUBLIC) return [] { return absl::OkStatus(); };
  return [token = BearerToken(context), verifier = context_.verifier, clock = context_.clock] {
    return token.ok() ? verifier->Verify(*token, clock->Now()).status() : token.status();
  };
}

Call Dispatcher::Arrive(const grpc::CallbackServerContext& context,
                        const MethodPolicy& policy) const {
  Call call{.now = context_.clock->Now(), .method = policy.name, .intent = policy.access.intent()};
  call.traceparent = TraceparentOr(Metadata(context, "traceparent"));
  call.peer = context.peer();
  const auto wire_deadline = context.deadline();
  const bool none = wire_deadline == std::chrono::system_clock::time_point::max();
  call.deadline = none ? call.now + context_.deadline_default : absl::FromChrono(wire_deadline);
  return call;
}

absl::Status Dispatcher::Admit(const grpc::CallbackServerContext& context,
                               const MethodPolicy& policy, grpc::ByteBuffer* received, Call* call,
                               pb::Message* request) const {
  // Compared with the machine's clock, as gRPC does: tests may run the business on another one.
  const bool limited = context.deadline() != std::chrono::system_clock::time_point::max();
  if (limited && call->deadline - SystemClock().Now() < kWorthStarting) {
    return Refuse(absl::StatusCode::kDeadlineExceeded, "DEADLINE_TOO_SHORT",
                  "too little time was left when work began", {}, kCommonDomain);
  }
  if (policy.access.scope() != options::v1::SCOPE_PUBLIC) {
    ASSIGN_OR_RETURN(call->caller, Identify(context, *context_.verifier, call->now));
  }
  RETURN_IF_ERROR(Unpack(received, request));
  if (policy.has_request_id) {
    std::vector<FieldText> ids;
    CollectText(*request, kRequestIdField, &ids);
    if (ids.empty() || !IsUuid(ids[0].text))
      return InvalidFields(
          {{kRequestIdField, "must be a UUID in lower case, new for each new request"}});
    call->request_id = std::move(ids[0].text);
    call->request_digest = Sha256(policy.name + CanonicalBytes(*request));
  }
  return Authorise(policy, *call, *request, context_.resolve_units);
}

void Dispatcher::Enter(grpc::CallbackServerContext* context, const grpc::ByteBuffer* received,
                       pb::Message* request, const char* method, Handler handler, Answer answer) {
  const MethodPolicy& policy = policies_.find(std::string_view(method))->second;
  const auto arrived = std::chrono::steady_clock::now();
  // Shared: a task that the pool refuses is destroyed, and its answer must still be given.
  auto answer_once = std::make_shared<Answer>([&policy, arrived, done = false,
                                               answer = std::move(answer)](
                                                  const grpc::Status& status) mutable {
    if (std::exchange(done, true)) return;  // after an exception in a handler that had answered
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - arrived;
    metrics::Latency("fiscus_rpc_seconds", "Time from arrival to answer", {{"method", policy.name}})
        .Observe(taken.count());
    metrics::Counter(
        "fiscus_rpc_total", "Calls answered",
        {{"method", policy.name}, {"code", std::to_string(static_cast<int>(status.error_code()))}})
        .Increment();
    answer(status);
  });
  // gRPC hands the bytes out as const, though they are this call's alone: read, they are let go.
  auto* bytes = const_cast<grpc::ByteBuffer*>(received);
  if (bytes->Length() > context_.request_bytes_max) {
    const absl::Status large = TooLarge(bytes->Length(), context_.request_bytes_max);
    bytes->Clear();
    LogRefusal(large, Arrive(*context, policy));
    (*answer_once)(ToWire(large, policy.domain, ""));
    return;
  }
  const bool posted = context_.pool->Post([this, context, bytes, request, &policy,
                                           handler = std::move(handler), answer_once]() mutable {
    Call call = Arrive(*context, policy);
    const auto finish = [&policy, answer_once,
                         trace = TraceIdOf(call.traceparent)](const absl::Status& status) {
      if (!status.ok() && !RefusalOf(status).has_value()) {
        log::Error("call failed",
                   {{"method", policy.name}, {"trace", trace}, {"error", status.ToString()}});
      }
      (*answer_once)(ToWire(status, policy.domain, trace));
    };
    if (const absl::Status admitted = Admit(*context, policy, bytes, &call, request);
        !admitted.ok()) {
      LogRefusal(admitted, call);
      return finish(admitted);
    }
    try {
      handler(call, finish);
    } catch (const std::exception& error) {  // a bug must cost one call, not the process
      metrics::Counter("fiscus_rpc_uncaught_total", "Exceptions that left a handler").Increment();
      finish(absl::InternalError(std::string("uncaught exception: ") + error.what()));
    }
  });
  if (!posted) {
    const absl::Status full =
        WithRetryAfter(Refuse(absl::StatusCode::kResourceExhausted, "QUEUE_FULL",
                              "the server is at its limit; try again", {}, kCommonDomain),
                       kQueueRetryMs);
    (*answer_once)(ToWire(full, policy.domain, ""));
  }
}

}  // namespace fiscus::rpc
