#include "visualize/dot.hpp"

#include <fmt/format.h>

#include "visualize/drawing.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {

std::string to_dot(const Snapshot& snapshot, const DotOptions& options) {
  Annotations annotations;
  annotations.caption =
      fmt::format("<B>{}</B>&#160;evictable &#183; <B>{}</B>&#160;protected &#183; a page is {}",
                  counted(snapshot.claimed.evictable_size, "page"), counted(snapshot.claimed.protected_size, "page"),
                  counted(snapshot.page_size, "token"));
  annotations.samples = {kLockedSample, {R"(BORDER="1" STYLE="dashed" BGCOLOR="#eef2f7")", "dashed", "evictable now"}};
  if (snapshot.tree) annotations.samples.push_back({R"(BORDER="1")", "plain", "evictable when all below it is gone"});
  return Drawing(snapshot, options, annotations).text();
}

}  // namespace radixlab
