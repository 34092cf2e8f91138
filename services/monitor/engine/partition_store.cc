#include "services/monitor/engine/partition_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include "libs/core/status.h"
#include "services/monitor/codec/state_codec.h"

namespace fiscus::monitor {
namespace {

// Keys that no state record has (codec/keys.h uses P, T, Y).
constexpr char kMetaKey[] = "M";
constexpr char kOutboxSpace = 'O';
constexpr uint64_t kMetaFormat = 2;
constexpr size_t kWriteBufferBytes = 8 << 20;
constexpr int kBloomBitsPerKey = 10;

rocksdb::Slice ToSlice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

absl::Status FromRocks(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (status.IsCorruption()) return absl::DataLossError("state store: " + status.ToString());
  return absl::UnavailableError("state store: " + status.ToString());
}

// Big-endian, so that entries are in order.
std::string OutboxKey(uint64_t number) {
  std::string key(1, kOutboxSpace);
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(number >> shift));
  return key;
}

uint64_t OutboxNumber(std::string_view key) {
  uint64_t number = 0;
  for (const char c : key.substr(1)) number = (number << 8) | static_cast<uint8_t>(c);
  return number;
}

std::string EncodeOutbox(const CommitBatch& batch) {
  std::string bytes;
  Writer writer(bytes);
  writer.Unsigned(batch.outputs.size());
  for (const Output& output : batch.outputs) Put(output, writer);
  writer.Unsigned(batch.records.size());
  for (const StateRecord& record : batch.records) writer.Text(record.key);
  return bytes;
}

absl::StatusOr<OutboxEntry> DecodeOutbox(std::string_view key, std::string_view value) {
  OutboxEntry entry;
  entry.number = OutboxNumber(key);
  Reader reader(value);
  for (size_t left = reader.Count(); left > 0; --left) entry.outputs.push_back(GetOutput(reader));
  for (size_t left = reader.Count(); left > 0; --left) entry.keys.emplace_back(reader.Text());
  if (!reader.AtEnd()) return absl::DataLossError("an outbox entry of another format");
  return entry;
}

rocksdb::Options OptionsWith(const StoreMemory& memory) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = memory.block_cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.cache_index_and_filter_blocks = true;
  table.format_version = 5;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_manager = memory.write_buffers;
  options.write_buffer_size = kWriteBufferBytes;
  options.max_background_jobs = 2;
  options.compression = rocksdb::kLZ4Compression;
  options.keep_log_file_num = 2;
  options.max_log_file_size = 1 << 20;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  return options;
}

}  // namespace

std::string EncodeMeta(const Meta& meta) {
  std::string bytes;
  Writer writer(bytes);
  writer.Unsigned(kMetaFormat);
  writer.Unsigned(kStateFormat);
  writer.Signed(meta.at.life);
  writer.Signed(meta.at.next_offset);
  writer.Signed(meta.at.step);
  writer.Signed(meta.day_offset);
  writer.Text(meta.day_cursor);
  writer.Unsigned(meta.digest.high);
  writer.Unsigned(meta.digest.low);
  writer.Text(meta.rules);
  writer.Text(meta.epoch);
  return bytes;
}

absl::StatusOr<Meta> DecodeMeta(std::string_view bytes) {
  Reader reader(bytes);
  const bool known = reader.Unsigned() == kMetaFormat && reader.Unsigned() == kStateFormat;
  Meta meta;
  meta.at.life = reader.Signed();
  meta.at.next_offset = reader.Signed();
  meta.at.step = reader.Signed();
  meta.day_offset = reader.Signed();
  meta.day_cursor = reader.Text();
  meta.digest.high = reader.Unsigned();
  meta.digest.low = reader.Unsigned();
  meta.rules = reader.Text();
  meta.epoch = reader.Text();
  if (!known || !reader.AtEnd()) return absl::DataLossError("state of another format");
  return meta;
}

StoreMemory MakeStoreMemory(int64_t block_cache_bytes, int64_t write_buffer_bytes) {
  StoreMemory memory;
  memory.block_cache = rocksdb::NewLRUCache(static_cast<size_t>(block_cache_bytes));
  memory.write_buffers =
      std::make_shared<rocksdb::WriteBufferManager>(static_cast<size_t>(write_buffer_bytes));
  return memory;
}

PartitionStore::PartitionStore(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {}
PartitionStore::~PartitionStore() = default;

absl::StatusOr<std::shared_ptr<PartitionStore>> PartitionStore::Open(const std::string& directory,
                                                                     const StoreMemory& memory) {
  rocksdb::DB* raw = nullptr;
  RETURN_IF_ERROR(FromRocks(rocksdb::DB::Open(OptionsWith(memory), directory, &raw)));
  // tidy-allow(memory): the constructor is private
  std::shared_ptr<PartitionStore> store(new PartitionStore(std::unique_ptr<rocksdb::DB>(raw)));
  ASSIGN_OR_RETURN(const std::vector<OutboxEntry> outbox, store->ReadOutbox());
  if (!outbox.empty()) {
    store->first_outbox_ = outbox.front().number;
    store->next_outbox_ = outbox.back().number + 1;
  }
  return store;
}

absl::StatusOr<std::optional<Meta>> PartitionStore::ReadMeta() const {
  ASSIGN_OR_RETURN(const std::optional<std::string> bytes, Get(kMetaKey));
  if (!bytes.has_value()) return std::optional<Meta>();
  ASSIGN_OR_RETURN(Meta meta, DecodeMeta(*bytes));
  return std::optional<Meta>(std::move(meta));
}

absl::StatusOr<std::optional<std::string>> PartitionStore::Get(std::string_view key) const {
  std::string value;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), ToSlice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  RETURN_IF_ERROR(FromRocks(status));
  return std::optional<std::string>(std::move(value));
}

absl::Status PartitionStore::Scan(
    std::string_view prefix, std::string_view from,
    absl::FunctionRef<bool(std::string_view, std::string_view)> visit) const {
  rocksdb::ReadOptions options;
  options.total_order_seek = true;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
  for (it->Seek(ToSlice(from.empty() ? prefix : from)); it->Valid(); it->Next()) {
    if (!it->key().starts_with(ToSlice(prefix))) break;
    if (!visit(ToView(it->key()), ToView(it->value()))) break;
  }
  return FromRocks(it->status());
}

absl::StatusOr<uint64_t> PartitionStore::Commit(const CommitBatch& batch) {
  rocksdb::WriteBatch write;
  for (const StateRecord& record : batch.records) {
    RETURN_IF_ERROR(FromRocks(write.Put(ToSlice(record.key), ToSlice(record.value))));
  }
  const uint64_t number = next_outbox_;
  RETURN_IF_ERROR(FromRocks(write.Put(kMetaKey, EncodeMeta(batch.meta))));
  RETURN_IF_ERROR(FromRocks(write.Put(OutboxKey(number), EncodeOutbox(batch))));
  RETURN_IF_ERROR(FromRocks(db_->Write(rocksdb::WriteOptions(), &write)));
  ++next_outbox_;
  return number;
}

absl::Status PartitionStore::DropOutbox(uint64_t last) {
  // By number, not by a scan: a scan would walk over the graves of all entries dropped before.
  rocksdb::WriteBatch write;
  for (uint64_t number = first_outbox_; number <= last; ++number) {
    RETURN_IF_ERROR(FromRocks(write.Delete(OutboxKey(number))));
  }
  RETURN_IF_ERROR(FromRocks(db_->Write(rocksdb::WriteOptions(), &write)));
  first_outbox_ = last + 1;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<OutboxEntry>> PartitionStore::ReadOutbox() const {
  std::vector<OutboxEntry> entries;
  absl::Status status;
  RETURN_IF_ERROR(
      Scan(std::string(1, kOutboxSpace), {}, [&](std::string_view key, std::string_view value) {
        absl::StatusOr<OutboxEntry> entry = DecodeOutbox(key, value);
        if (!entry.ok()) {
          status = entry.status();
          return false;
        }
        entries.push_back(*std::move(entry));
        return true;
      }));
  RETURN_IF_ERROR(status);
  return entries;
}

absl::Status PartitionStore::Load(const std::vector<StateRecord>& records) {
  rocksdb::WriteBatch write;
  for (const StateRecord& record : records) {
    RETURN_IF_ERROR(FromRocks(write.Put(ToSlice(record.key), ToSlice(record.value))));
  }
  rocksdb::WriteOptions options;
  options.disableWAL =
      true;  // a crash before FinishLoad leaves a store without meta, which is restored anew
  return FromRocks(db_->Write(options, &write));
}

absl::Status PartitionStore::FinishLoad(const Meta& meta) {
  RETURN_IF_ERROR(FromRocks(db_->Flush(rocksdb::FlushOptions())));
  return FromRocks(db_->Put(rocksdb::WriteOptions(), kMetaKey, EncodeMeta(meta)));
}

absl::Status PartitionStore::Wipe(const std::string& directory) {
  return FromRocks(rocksdb::DestroyDB(directory, rocksdb::Options()));
}

}  // namespace fiscus::monitor
