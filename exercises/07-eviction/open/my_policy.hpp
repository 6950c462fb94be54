// Your policy's class, and what you want to say about it first: which leaf goes first, and what a victim costs.
#pragma once
#include "07-eviction/open.hpp"
