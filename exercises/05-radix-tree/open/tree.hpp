// Your tree's class, and what you want to say about it first: what a node holds, what each call costs.
#pragma once
#include "05-radix-tree/open.hpp"
