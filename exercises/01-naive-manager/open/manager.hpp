// Your manager's class, and what you want to say about it first: what it stores, what each call costs.
#pragma once
#include "01-naive-manager/open.hpp"
