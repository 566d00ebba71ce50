#include "parts.h"
int one(int x) { return two(x) + 1; }
