/// \file
/// For GoogleTest suites: a call that must be refused, and by the manager itself. A watching Story that has to say that
/// the call went through throws too, with the same rule's name; that must not pass for a refusal.
#pragma once
#include <gtest/gtest.h>
#include <string>

#include "contract/snapshot.hpp"

namespace radixlab {

/// Expects an exception whose message begins with `rule`, and which is not IntegrityError. `name` is how a failure calls
/// the call, where a test has several.
template <class Call>
void expect_refused(const std::string& rule, Call call, const std::string& name = "the call") {
  try {
    call();
    ADD_FAILURE() << rule << ": expected a refusal, but " << name << " went through";
  } catch (const IntegrityError& broken) {
    ADD_FAILURE() << rule << ": expected a refusal, but " << name << " went through (" << broken.what() << ")";
  } catch (const std::exception& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with(rule)) << "expected " << rule << " in: " << error.what();
  }
}

}  // namespace radixlab
