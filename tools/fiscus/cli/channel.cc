#include "tools/fiscus/cli/channel.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <array>
#include <future>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace fiscus::cli {
namespace {

constexpr int kBytesMax = 64 << 20;  // an answer of a list at its greatest page
constexpr absl::Duration kStopPoll = absl::Milliseconds(200);

grpc::ByteBuffer ToBuffer(const google::protobuf::Message& message) {
  const std::string bytes = message.SerializeAsString();
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

bool FromBuffer(const grpc::ByteBuffer& buffer, google::protobuf::Message& message) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return false;
  std::string bytes;
  for (const grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return message.ParseFromString(bytes);
}

// gRPC's codes and Abseil's are the same numbers.
absl::Status ToAbslStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  if (!status.error_details().empty())
    result.SetPayload(kDetailsUrl, absl::Cord(status.error_details()));
  return result;
}

void Authorise(grpc::ClientContext& context, const std::string& token) {
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
}

// HTTP's date of the answer.
std::optional<absl::Time> DateOf(const grpc::ClientContext& context) {
  const auto& headers = context.GetServerInitialMetadata();
  const auto date = headers.find("date");
  absl::Time time;
  std::string error;
  if (date == headers.end() ||
      !absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT",
                       absl::string_view(date->second.data(), date->second.size()), &time,
                       &error)) {
    return std::nullopt;
  }
  return time;
}

// Tags of the streaming call's operations.
enum Tag : intptr_t { kStarted = 1, kWritten, kClosed, kRead, kFinished };
void* AsTag(Tag tag) {
  return reinterpret_cast<void*>(static_cast<intptr_t>(tag));  // NOLINT(performance-no-int-to-ptr)
}

// Waits for the next event of the queue; cancels the call once `stop` is set.
bool NextEvent(grpc::CompletionQueue& queue, grpc::ClientContext& context,
               const std::atomic<bool>& stop) {
  bool cancelled = false;
  while (true) {
    void* tag = nullptr;
    bool ok = false;
    const auto deadline =
        std::chrono::system_clock::now() +
        absl::ToChronoMilliseconds(kStopPoll);  // tidy-allow(hidden-input): gRPC wants a time point
    switch (queue.AsyncNext(&tag, &ok, deadline)) {
      case grpc::CompletionQueue::GOT_EVENT:
        return ok;
      case grpc::CompletionQueue::SHUTDOWN:
        return false;
      case grpc::CompletionQueue::TIMEOUT:
        break;
    }
    if (stop.load() && !std::exchange(cancelled, true)) context.TryCancel();
  }
}

}  // namespace

struct Channel::Impl {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<grpc::GenericStub> stub;
  std::mutex mutex;
  std::optional<absl::Time> server_time;
};

Channel::Channel(const ChannelOptions& options) : impl_(std::make_unique<Impl>()) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kBytesMax);
  // A stream may be silent for long; pings keep middle boxes from forgetting it, and find a dead
  // peer.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  if (!options.server_name.empty()) arguments.SetSslTargetNameOverride(options.server_name);
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = options.ca_pem;
  impl_->channel = grpc::CreateCustomChannel(options.address, grpc::SslCredentials(tls), arguments);
  impl_->stub = std::make_unique<grpc::GenericStub>(impl_->channel);
}

Channel::~Channel() = default;

absl::Status Channel::Call(const std::string& method, const std::string& token,
                           absl::Duration timeout, const google::protobuf::Message& request,
                           google::protobuf::Message& response) {
  grpc::ClientContext context;
  Authorise(context, token);
  context.set_deadline(
      std::chrono::system_clock::now() +
      absl::ToChronoMilliseconds(timeout));  // tidy-allow(hidden-input): gRPC wants a time point
  const grpc::ByteBuffer sent = ToBuffer(request);
  grpc::ByteBuffer received;
  std::promise<grpc::Status> done;
  impl_->stub->UnaryCall(&context, method, grpc::StubOptions(), &sent, &received,
                         [&done](grpc::Status status) { done.set_value(std::move(status)); });
  const grpc::Status status = done.get_future().get();
  if (const auto time = DateOf(context)) {
    const std::lock_guard lock(impl_->mutex);
    impl_->server_time = time;
  }
  if (!status.ok()) return ToAbslStatus(status);
  if (FromBuffer(received, response)) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat(method, " answered with bytes that are no ", response.GetTypeName()));
}

std::optional<absl::Time> Channel::server_time() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->server_time;
}

absl::Status Channel::Stream(const std::string& method, const std::string& token,
                             const google::protobuf::Message& request,
                             google::protobuf::Message& response, const std::atomic<bool>& stop,
                             absl::FunctionRef<absl::Status()> take) {
  grpc::ClientContext context;
  Authorise(context, token);
  grpc::CompletionQueue queue;
  const auto stream = impl_->stub->PrepareCall(&context, method, &queue);
  stream->StartCall(AsTag(kStarted));
  absl::Status taken;
  bool open = NextEvent(queue, context, stop);
  if (open) {
    stream->Write(ToBuffer(request), AsTag(kWritten));
    open = NextEvent(queue, context, stop);
  }
  if (open) {
    stream->WritesDone(AsTag(kClosed));
    open = NextEvent(queue, context, stop);
  }
  while (open) {
    grpc::ByteBuffer received;
    stream->Read(&received, AsTag(kRead));
    open = NextEvent(queue, context, stop);
    if (!open) break;
    taken = FromBuffer(received, response)
                ? take()
                : absl::InternalError(absl::StrCat(method, " answered with foreign bytes"));
    if (taken.ok()) continue;
    context.TryCancel();
    open = false;
  }
  grpc::Status status;
  stream->Finish(&status, AsTag(kFinished));
  NextEvent(queue, context, stop);
  return taken.ok() ? ToAbslStatus(status) : taken;
}

}  // namespace fiscus::cli
