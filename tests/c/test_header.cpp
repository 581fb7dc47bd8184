// hogvec.h is a header of C++ too, whose functions are C's.
#include <hogvec.h>

int main() { return hogvec_last_status() == HOGVEC_OK ? 0 : 1; }
