// Server streams on the callback API: a bounded buffer per subscriber; an open stream costs no
// thread. Used by the dispatcher.
#pragma once

#include <grpcpp/grpcpp.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "libs/rpc/message_bytes.h"
#include "libs/rpc/reply.h"
#include "libs/rpc/status_codec.h"

namespace fiscus::rpc {

// Messages that a slow client may leave waiting before its stream is ended.
inline constexpr size_t kStreamBufferMax = 1024;

template <class Response>
class StreamReactor;

// The writer's side; outlives the reactor. Every access to the reactor holds the lock, and the
// reactor takes itself out in OnDone.
template <class Response>
class StreamState final : public StreamWriter<Response> {
 public:
  explicit StreamState(std::function<absl::Status()> permitted)
      : permitted_(std::move(permitted)) {}
  bool Write(Response message) override {
    grpc::ByteBuffer bytes;
    const bool packed = Pack(message, &bytes).ok();
    const std::lock_guard lock(mutex_);
    if (reactor_ == nullptr || final_.has_value() || !packed || queue_.size() >= kStreamBufferMax)
      return false;
    queue_.push_back(std::move(bytes));
    Pump();
    return true;
  }
  void Finish(absl::Status status) override { FinishWire(ToWire(status, "fiscus.rpc", "")); }
  bool Ended() const override {
    const std::lock_guard lock(mutex_);
    return reactor_ == nullptr || final_.has_value();
  }
  absl::Status Permitted() const override { return permitted_(); }
  void FinishWire(const grpc::Status& status) {
    const std::lock_guard lock(mutex_);
    if (reactor_ == nullptr || final_.has_value()) return;
    final_ = status;
    Pump();
  }
  // The dispatcher no longer needs the call's context. Before, nothing is sent: a client that went
  // away while its call waited would take the context with it.
  void Release() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    Pump();
  }

 private:
  friend class StreamReactor<Response>;
  // Starts the next operation if none is running. Needs the lock.
  void Pump() {
    if (reactor_ == nullptr || held_ || writing_ || finished_) return;
    if (!queue_.empty()) {
      current_.Swap(&queue_.front());
      queue_.pop_front();
      writing_ = true;
      reactor_->StartWrite(&current_);
    } else if (final_.has_value()) {
      finished_ = true;
      reactor_->Finish(*final_);
    }
  }
  void WriteDone(bool ok) {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) {
      queue_.clear();
      if (!final_.has_value()) final_ = grpc::Status::CANCELLED;
    }
    Pump();
  }
  void Cancelled() {
    const std::lock_guard lock(mutex_);
    queue_.clear();
    if (!final_.has_value()) final_ = grpc::Status::CANCELLED;
    Pump();
  }

  const std::function<absl::Status()> permitted_;
  mutable std::mutex mutex_;
  StreamReactor<Response>* reactor_ = nullptr;
  std::deque<grpc::ByteBuffer> queue_;
  grpc::ByteBuffer current_;
  std::optional<grpc::Status> final_;
  bool held_ = true;
  bool writing_ = false;
  bool finished_ = false;
};

template <class Response>
class StreamReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  explicit StreamReactor(std::function<absl::Status()> permitted)
      : state_(std::make_shared<StreamState<Response>>(std::move(permitted))) {
    state_->reactor_ = this;
  }
  std::shared_ptr<StreamState<Response>> State() { return state_; }

  void OnWriteDone(bool ok) override { state_->WriteDone(ok); }
  void OnCancel() override { state_->Cancelled(); }
  void OnDone() override {
    {
      const std::lock_guard lock(state_->mutex_);
      state_->reactor_ = nullptr;
    }
    delete this;  // NOLINT: gRPC's reactors own themselves
  }

 private:
  std::shared_ptr<StreamState<Response>> state_;
};

}  // namespace fiscus::rpc
