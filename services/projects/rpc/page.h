// Pages of lists are bounded by bytes too: a thousand rows may be larger than a message.
#pragma once

#include <utility>
#include <vector>

#include "google/protobuf/repeated_field.h"
#include "services/projects/codec/convert.h"

namespace fiscus::projects {

inline constexpr size_t kPageBytesMax = 2 << 20;

// Puts rows on the page until it has `page_size` or is full; one row always fits. The number of
// rows taken: if there are more, the page ends behind the last one taken.
template <class Value, class Proto>
size_t FillPage(const std::vector<Value>& rows, int page_size,
                google::protobuf::RepeatedPtrField<Proto>* page) {
  size_t bytes = 0;
  size_t taken = 0;
  for (; taken < rows.size() && taken < static_cast<size_t>(page_size); ++taken) {
    Proto item = ToProto(rows[taken]);
    bytes += item.ByteSizeLong();
    if (taken > 0 && bytes > kPageBytesMax) break;
    *page->Add() = std::move(item);
  }
  return taken;
}

}  // namespace fiscus::projects
