// Messages ↔ the bytes of a call. gRPC's own reading would answer bytes that are no message before
// anybody here sees them: without reason, metric and log. Thread-safe (pure).
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include "absl/status/status.h"

namespace fiscus::rpc {

// Reads `message`; the bytes are given back to gRPC. INVALID_ARGUMENT with reason MALFORMED_REQUEST
// if they are none such: broken off, wrongly tagged, text that is not UTF-8.
absl::Status Unpack(grpc::ByteBuffer* bytes, google::protobuf::Message* message);

// INTERNAL if the message is larger than Protobuf can say (2 GiB).
absl::Status Pack(const google::protobuf::Message& message, grpc::ByteBuffer* bytes);

}  // namespace fiscus::rpc
