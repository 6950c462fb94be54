#pragma once

constexpr int kHalfOfFour = 2;
