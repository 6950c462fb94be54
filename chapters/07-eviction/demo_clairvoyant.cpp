#include <fmt/format.h>
#include <fmt/ranges.h>

#include "07-eviction/clairvoyant.hpp"
#include "07-eviction/demo_scene.hpp"
#include "07-eviction/demo_steps.hpp"
#include "contract/snapshot.hpp"
#include "storage/page_hashes.hpp"

namespace radixlab {

void show_clairvoyant(Demo& demo, const Sweep& chats) {
  demo.step("A policy that has read the trace to its end: clairvoyant");
  constexpr std::size_t kAskedNext[] = {4, 2, 0, 1, 3};
  const auto uses = std::make_shared<NextUses>();
  std::size_t num_pages[kSceneTexts] = {};
  const auto asks = [&](std::size_t text) { uses->add(page_hashes(DemoScene::tokens(text, num_pages[text]), 1)); };
  for (const auto& [text, pages] : kSceneCalls) {
    if (pages > 0) num_pages[text] = pages;
    asks(text);
  }
  for (const std::size_t text : kAskedNext) asks(text);
  DemoScene scene(std::make_shared<ClairvoyantPolicy>(uses));
  scene.play();
  const std::vector<std::size_t> order = scene.evict_all();
  fmt::print("   The five texts again. Then come requests for texts {}.\n   It lets them go in the order {}.\n",
             fmt::join(kAskedNext, ", "), fmt::join(order, " "));
  demo.figure("clairvoyant.order", order);
  demo.figure("predicted_clairvoyant", order.front());
  show_gap(demo, chats);
}

}  // namespace radixlab
