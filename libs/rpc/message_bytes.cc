#include "libs/rpc/message_bytes.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <limits>
#include <string>

#include "libs/core/status.h"

namespace fiscus::rpc {

absl::Status Unpack(grpc::ByteBuffer* bytes, google::protobuf::Message* message) {
  if (grpc::GenericDeserialize<grpc::ProtoBufferReader, void>(bytes, message).ok())
    return absl::OkStatus();
  bytes->Clear();
  const std::string type = message->GetDescriptor()->full_name();
  return Refuse(absl::StatusCode::kInvalidArgument, "MALFORMED_REQUEST",
                "the bytes are no " + type + "; texts must be UTF-8", {{"message", type}},
                kCommonDomain);
}

absl::Status Pack(const google::protobuf::Message& message, grpc::ByteBuffer* bytes) {
  bool own = false;
  const bool fits = message.ByteSizeLong() <= std::numeric_limits<int32_t>::max();
  if (fits && grpc::GenericSerialize<grpc::ProtoBufferWriter, void>(message, bytes, &own).ok())
    return absl::OkStatus();
  return absl::InternalError(message.GetDescriptor()->full_name() + " cannot be serialised");
}

}  // namespace fiscus::rpc
