#include "parts.h"
int two(int x) { return x * 2; }
