// Protobuf facts → the plain events of the projections. One decoder per partition: its messages are
// reused, so decoding allocates nothing once warm (cheaper than an arena per batch). The views of
// an event live until the next Decode. Not thread-safe.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/monitor/projections/events.h"

namespace fiscus::monitor {

struct EventMessages;  // event_codec.cc

// A decoded fact and what it triggers.
struct DecodedEvent {
  rules::Trigger trigger = rules::Trigger::kNone;
  Event event;
};

class EventDecoder {
 public:
  EventDecoder();
  ~EventDecoder();

  // True if the monitor folds this type (full proto name).
  static bool Knows(std::string_view type);
  // `type` must be known. INVALID_ARGUMENT for bytes that are no such message, or whose ids are
  // missing or malformed.
  absl::StatusOr<DecodedEvent> Decode(std::string_view type, std::string_view payload);

 private:
  std::unique_ptr<EventMessages> messages_;
};

}  // namespace fiscus::monitor
