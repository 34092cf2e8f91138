// Answers that are given later: a unary reply from another thread, and a stream. Free of gRPC
// types.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fiscus::rpc {

// The answer of an EXECUTION_ASYNC call. Move-only; Finish exactly once, from any thread. One that
// is destroyed unfinished answers INTERNAL, so that no caller waits for ever.
template <class Response>
class Reply {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<Response>)>;

  explicit Reply(Done done) : done_(std::move(done)) {}
  Reply(Reply&& other) noexcept : done_(std::exchange(other.done_, nullptr)) {}
  Reply& operator=(Reply&& other) noexcept {
    if (this != &other) {
      Abandon();
      done_ = std::exchange(other.done_, nullptr);
    }
    return *this;
  }
  ~Reply() { Abandon(); }

  void Finish(absl::StatusOr<Response> result) {
    if (Done done = std::exchange(done_, nullptr)) done(std::move(result));
  }

 private:
  void Abandon() {
    if (done_) Finish(absl::InternalError("the call was dropped without an answer"));
  }
  Done done_;
};

// A server stream. Thread-safe. Holds at most a fixed number of messages that the client has not
// yet taken.
template <class Response>
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;
  // Queues a message; false if the stream has ended or its buffer is full (then Finish it with a
  // resume hint).
  virtual bool Write(Response message) = 0;
  // Ends the stream after what is queued; later calls do nothing.
  virtual void Finish(absl::Status status) = 0;
  // True once the client is gone or the stream was finished; the owner may forget it.
  virtual bool Ended() const = 0;
  // OK while the token that opened the stream is good, else the refusal that a new call with it
  // would get. A stream outlives its first check, so its feeder asks every few seconds and finishes
  // it with the answer.
  virtual absl::Status Permitted() const = 0;
};

}  // namespace fiscus::rpc
