#include "01-naive-manager/demo_prompts.hpp"

#include <numeric>

namespace radixlab {

Request DemoPrompts::document() {
  Request r;
  r.tokens.resize(kDocument);
  std::iota(r.tokens.begin(), r.tokens.end(), 0);
  return r;
}

Request DemoPrompts::prompt(TokenId number) {
  Request r = document();
  for (std::size_t i = 0; i < kQuestion; ++i) r.tokens.push_back(10000 * number + static_cast<TokenId>(i));
  return r;
}

void DemoPrompts::start(Request& r) {
  if (!desk.start(r)) throw std::logic_error(manager + ": the pool is too small for four prompts on one document");
  found += r.hit;
}

void DemoPrompts::compute(Request& r) {
  computed += r.tokens.size() - r.computed;
  kv.write(r.tokens, r.pages, r.computed);
  r.computed = r.tokens.size();
  kv.check(r.tokens, r.pages);
}

void DemoPrompts::serve(Request r) {
  start(r);
  compute(r);
  desk.finish(r);
}

void DemoPrompts::one_by_one() {
  for (TokenId number = 1; number <= 4; ++number) serve(prompt(number));
  demo.figure("prompts." + manager + ".computed", computed);
  demo.figure("prompts." + manager + ".found", found);
  demo.figure("prompts." + manager + ".copied", kv.copied_tokens());
}

void DemoPrompts::at_once() {
  desk.reset();
  serve(document());
  std::vector<Request> all;
  for (TokenId number = 1; number <= 4; ++number) start(all.emplace_back(prompt(number)));
  const std::size_t pages = pool - source.free_count();
  for (Request& r : all) desk.finish(r);
  demo.figure("prompts." + manager + ".pages", pages);
  demo.figure("prompts." + manager + ".places", pages * page_size);
}

void DemoPrompts::nearly_the_document(const std::string& name) {
  const std::size_t copied = kv.copied_tokens();
  Request r = document();
  r.tokens.back() = -1;
  start(r);
  demo.figure(name + "." + manager + ".found", r.hit);
  demo.figure(name + "." + manager + ".copied", kv.copied_tokens() - copied);
  desk.finish(r);
}

}  // namespace radixlab
