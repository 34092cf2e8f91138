// The one path of every RPC: size and queue limit → deadline → token → message → intent and scope
// (declared in the proto) → handler → error codec, with metrics, log and trace around it. Generated
// classes (tools/protoc-gen-fiscus) call it; nobody else.
//
// What it refuses itself, in this order: REQUEST_TOO_LARGE, QUEUE_FULL, DEADLINE_TOO_SHORT,
// TOKEN_MISSING and the verifier's reasons, MALFORMED_REQUEST, FIELD_INVALID (request_id), then
// what Authorise says.
//
// Handlers are plain blocking functions on a bounded pool; gRPC's own threads never block.
// Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "fiscus/options/v1/options.pb.h"
#include "libs/rpc/auth.h"
#include "libs/rpc/message_bytes.h"
#include "libs/rpc/reply.h"
#include "libs/rpc/status_codec.h"
#include "libs/rpc/stream.h"
#include "libs/runtime/call.h"
#include "libs/runtime/clock.h"

namespace fiscus::rpc {

// A bounded pool of worker threads.
class WorkerPool {
 public:
  WorkerPool(int threads, size_t queue_max);
  ~WorkerPool();  // runs what is queued, then joins
  // False if the queue is full.
  bool Post(absl::AnyInvocable<void()> task);

 private:
  void Run();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<absl::AnyInvocable<void()>> queue_;
  const size_t queue_max_;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

// Unit paths of a stored resource in the caller's tenant, for SCOPE_RESOURCE. NOT_FOUND with the
// service's reason if absent.
using UnitResolver = std::function<absl::StatusOr<std::vector<std::string>>(
    const Call& call, std::string_view resource, const std::vector<std::string>& ids)>;

// What the services of one process share.
struct Context {
  WorkerPool* pool = nullptr;
  const TokenVerifier* verifier = nullptr;
  const Clock* clock = nullptr;
  absl::Duration deadline_default = absl::Seconds(10);
  size_t request_bytes_max = 4 << 20;
  UnitResolver resolve_units;
};

// The access rule of a method, read from its descriptor at start. Dies (exit 2) on an RPC without
// one.
struct MethodPolicy {
  std::string name;    // "/package.Service/Method"
  std::string domain;  // "package": domain of its reasons
  options::v1::Access access;
  bool has_request_id = false;
};

// Decides whether `caller` may call with `request`: WRONG_CALLER, INTENT_MISSING, OUT_OF_SCOPE, in
// this order; for SCOPE_RESOURCE the resolver's own refusal (NOT_FOUND) comes between the two last.
absl::Status Authorise(const MethodPolicy& policy, const Call& call,
                       const google::protobuf::Message& request, const UnitResolver& resolve);

class Dispatcher {
 public:
  // `full_service`: "fiscus.payments.v1.PaymentsService"; its descriptor must be linked in.
  Dispatcher(const Context& context, std::string_view full_service);

  template <class Request, class Response, class Deps>
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* received, grpc::ByteBuffer* sent,
                                  const char* method, const Deps& deps,
                                  absl::StatusOr<Response> (*handler)(const Deps&, const Call&,
                                                                      const Request&)) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    auto request = std::make_shared<Request>();
    Enter(
        context, received, request.get(), method,
        [=, &deps](const Call& call, Finisher finish) {
          const absl::StatusOr<Response> result = handler(deps, call, *request);
          finish(result.ok() ? Pack(*result, sent) : result.status());
        },
        [reactor](const grpc::Status& status) { reactor->Finish(status); });
    return reactor;
  }

  template <class Request, class Response, class Deps>
  grpc::ServerUnaryReactor* Async(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* received, grpc::ByteBuffer* sent,
                                  const char* method, const Deps& deps,
                                  void (*handler)(const Deps&, const Call&, const Request&,
                                                  Reply<Response>)) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    auto request = std::make_shared<Request>();
    Enter(
        context, received, request.get(), method,
        [=, &deps](const Call& call, Finisher finish) {
          // The request lives until the answer is given.
          handler(deps, call, *request,
                  Reply<Response>([request, sent, finish = std::move(finish)](
                                      const absl::StatusOr<Response>& result) mutable {
                    finish(result.ok() ? Pack(*result, sent) : result.status());
                  }));
        },
        [reactor](const grpc::Status& status) { reactor->Finish(status); });
    return reactor;
  }

  template <class Request, class Response, class Deps>
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Stream(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* received, const char* method,
      const Deps& deps,
      void (*handler)(const Deps&, const Call&, const Request&,
                      std::shared_ptr<StreamWriter<Response>>)) {
    // NOLINTNEXTLINE: gRPC's reactors delete themselves in OnDone
    auto* reactor = new StreamReactor<Response>(PermitOf(*context, method));
    const std::shared_ptr<StreamState<Response>> stream = reactor->State();
    auto request = std::make_shared<Request>();
    Enter(
        context, received, request.get(), method,
        [=, &deps](const Call& call, Finisher finish) {
          stream->Release();
          handler(deps, call, *request, stream);
          finish(absl::OkStatus());
        },
        [stream](const grpc::Status& status) {
          if (!status.ok()) stream->FinishWire(status);
          stream->Release();
        });
    return reactor;
  }

 private:
  using Finisher = absl::AnyInvocable<void(absl::Status)>;
  using Handler = absl::AnyInvocable<void(const Call&, Finisher)>;
  using Answer = absl::AnyInvocable<void(const grpc::Status&)>;

  // Everything around the handler; `received` is read into `request`, which the handler owns;
  // `answer` is called exactly once.
  void Enter(grpc::CallbackServerContext* context, const grpc::ByteBuffer* received,
             google::protobuf::Message* request, const char* method, Handler handler,
             Answer answer);
  // Tells from now on whether the call's token is still good.
  std::function<absl::Status()> PermitOf(const grpc::CallbackServerContext& context,
                                         const char* method) const;
  // What is known of a call before anything is decided; never fails.
  Call Arrive(const grpc::CallbackServerContext& context, const MethodPolicy& policy) const;
  // Deadline, token, message, request id, access rule; completes `call` and `request`.
  absl::Status Admit(const grpc::CallbackServerContext& context, const MethodPolicy& policy,
                     grpc::ByteBuffer* received, Call* call,
                     google::protobuf::Message* request) const;

  const Context context_;
  std::map<std::string, MethodPolicy, std::less<>> policies_;
};

}  // namespace fiscus::rpc
