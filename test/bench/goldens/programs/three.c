#include <stdio.h>
#include "parts.h"
int main(void) { printf("%d\n", one(20) + two(1)); return 0; }
