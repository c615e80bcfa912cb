#include "CUMockdevShim.h"
