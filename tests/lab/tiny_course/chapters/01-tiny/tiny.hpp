#pragma once

namespace radixlab {

int twice(int number);
int half(int number);

}  // namespace radixlab
