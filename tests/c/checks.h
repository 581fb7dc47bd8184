/* What the tests of the C interface share: checks that go on, and are counted. */
#ifndef HOGVEC_TESTS_C_CHECKS_H
#define HOGVEC_TESTS_C_CHECKS_H

#include <hogvec.h>
#include <stdio.h>
#include <string.h>

extern int failures;

#define CHECK(condition)                                                               \
  do {                                                                                 \
    if (!(condition)) {                                                                \
      ++failures;                                                                      \
      fprintf(stderr, "line %d: %s is not so; last error: %s\n", __LINE__, #condition, \
              hogvec_last_error());                                                    \
    }                                                                                  \
  } while (0)

/* The call failed with that status, and its one line says why. */
#define CHECK_FAILS(status, part, call) \
  do {                                  \
    CHECK((call) == (status));          \
    CHECK_SAYS(status, part);           \
  } while (0)
#define CHECK_NULL(status, part, call) \
  do {                                 \
    CHECK((call) == NULL);             \
    CHECK_SAYS(status, part);          \
  } while (0)
#define CHECK_SAYS(status, part)                      \
  do {                                                \
    CHECK(hogvec_last_status() == (status));          \
    CHECK(strstr(hogvec_last_error(), part) != NULL); \
    CHECK(strchr(hogvec_last_error(), '\n') == NULL); \
  } while (0)

/* test_training.c */
void test_training(void);

#endif
