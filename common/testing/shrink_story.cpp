#include "testing/shrink_story.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "testing/call_script.hpp"

namespace radixlab {
namespace {

std::string rule_of(const std::string& error) { return error.substr(0, error.find(':')); }

class Shrinker {
 public:
  explicit Shrinker(const FreshStory& fresh) : fresh_(fresh) {}

  // Plays the calls; keeps those that were made, if the rule breaks: the first time, whichever does.
  bool keep(const CallScript& calls) {
    ++result_.played;
    const std::unique_ptr<Story> cache = fresh_();
    CallPlayer player(*cache);
    CallScript made;
    for (const ScriptedCall& call : calls) {
      made.push_back(call);
      try {
        if (!player.play(call)) made.pop_back();
        cache->check_state(cache->snapshot());
      } catch (const IntegrityError& error) {
        if (!rule_.empty() && rule_of(error.what()) != rule_) return false;
        rule_ = rule_of(error.what());
        result_.error = error.what();
        result_.story = cache->text();
        result_.calls = made.size();
        calls_ = std::move(made);
        return true;
      }
    }
    return false;
  }

  Shrunk run() {
    for (CallScript before; before != calls_;) {
      before = calls_;
      leave_out_calls();
      shorten_texts();
      simplify();
    }
    return result_;
  }

 private:
  // Ever smaller chunks, from the end.
  void leave_out_calls() {
    for (std::size_t chunk = std::max<std::size_t>(calls_.size() / 2, 1); chunk > 0; chunk /= 2)
      for (std::size_t end = calls_.size(); end > 0; end = std::min(end - std::min(end, chunk), calls_.size())) {
        CallScript fewer = calls_;
        const std::size_t begin = end - std::min(end, chunk);
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(begin),
                    fewer.begin() + static_cast<std::ptrdiff_t>(end));
        keep(fewer);
      }
  }

  // Each text: half of it, a page less, a token less.
  void shorten_texts() {
    const std::size_t page = fresh_()->page_size();
    for (std::size_t i = 0; i < calls_.size(); ++i)
      for (const std::size_t less : {calls_[i].tokens.size() / 2, page, std::size_t{1}})
        while (less > 0 && i < calls_.size() && calls_[i].tokens.size() > less) {
          CallScript shorter = calls_;
          shorter[i].tokens.resize(shorter[i].tokens.size() - less);
          if (!keep(shorter)) break;
        }
  }

  // One change to every call, or to one of them, that makes it plainer.
  template <class Change>
  void try_all(Change change) {
    CallScript all = calls_;
    for (ScriptedCall& call : all) change(call);
    if (keep(all)) return;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      CallScript one = calls_;
      change(one[i]);
      keep(one);
    }
  }

  void simplify() {
    try_all([](ScriptedCall& call) { call.cache_salt = 0; });
    try_all([](ScriptedCall& call) { call.amount = std::min<std::size_t>(call.amount, 1); });
    try_all([](ScriptedCall& call) {
      if (call.op == "insert") call.giver = 0;
    });
    try_all([](ScriptedCall& call) { std::ranges::fill(call.tokens, 0); });
    earlier_givers();
    std::map<TokenId, TokenId> small;  // each token gets the next small number
    CallScript renamed = calls_;
    for (ScriptedCall& call : renamed)
      for (TokenId& token : call.tokens) token = small.try_emplace(token, small.size()).first->second;
    keep(renamed);
  }

  // The handle of an earlier call may do: then the one in between can be left out.
  void earlier_givers() {
    for (std::size_t i = 0; i < calls_.size(); ++i)
      for (std::size_t j = 0; j < i && calls_[i].giver > 0 && calls_[j].id < calls_[i].giver; ++j) {
        CallScript other = calls_;
        other[i].giver = other[j].id;
        if (calls_[j].gives() && keep(other)) break;
      }
  }

  std::string rule_;
  const FreshStory& fresh_;
  CallScript calls_;
  Shrunk result_;
};

}  // namespace

Shrunk shrink_story(std::string_view story, const FreshStory& fresh) {
  Shrinker shrinker(fresh);
  if (!shrinker.keep(call_script(story))) throw std::invalid_argument("the manager's calls alone break no rule");
  return shrinker.run();
}

}  // namespace radixlab
