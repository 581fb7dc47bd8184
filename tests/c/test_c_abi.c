/* hogvec.h as a C program of 1999 uses it, and misuses it: answers, files, training, errors of
 * every function, and what threads see of each other. Vectors are small enough to be checked by
 * hand. */
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/c/checks.h"

int failures = 0;

/* North and east, what lies between, and the opposite of north. */
static const char* const kWords[] = {"north", "east", "northeast", "south"};
static const size_t kLengths[] = {5, 4, 9, 5};
static const float kValues[] = {0, 1, 2, 0, 3, 3, 0, -5};

static hogvec_vectors* compass(void) {
  hogvec_vectors* vectors = hogvec_vectors_new(kWords, kLengths, 4, kValues, 8);
  if (vectors == NULL) abort();
  return vectors;
}

static void vectors_are_what_was_given(void) {
  hogvec_vectors* v = compass();
  size_t length = 0, row = 99;
  float copy[4] = {9, 9, 9, 9};
  CHECK(hogvec_vectors_rows(v) == 4 && hogvec_vectors_dim(v) == 2);
  CHECK(hogvec_vectors_rows(NULL) == 0 && hogvec_vectors_dim(NULL) == 0);
  CHECK(memcmp(hogvec_vectors_word(v, 2, &length), "northeast", 9) == 0 && length == 9);
  CHECK(hogvec_vectors_find(v, "south", 5, &row) == HOGVEC_OK && row == 3);
  CHECK(hogvec_vectors_find(v, "nortH", 5, &row) == HOGVEC_NOT_FOUND && row == 3);
  CHECK(hogvec_vectors_find(v, "", 0, &row) == HOGVEC_NOT_FOUND);
  CHECK(hogvec_vectors_row(v, 3)[0] == 0 && hogvec_vectors_row(v, 3)[1] == -5);
  CHECK(hogvec_vectors_copy(v, 1, 2, copy, 4) == HOGVEC_OK);
  CHECK(memcmp(copy, kValues + 2, sizeof copy) == 0);
  CHECK(hogvec_vectors_copy(v, 4, 0, copy, 0) == HOGVEC_OK);
  hogvec_vectors_free(v);
  hogvec_vectors_free(NULL);
}

static void nearest_rows_come_in_order(void) {
  hogvec_vectors* v = compass();
  const float north[] = {0, 100};
  const float nan_query[] = {NAN, 1};
  const size_t excluded[] = {3, 0};
  size_t rows[9], found = 99;
  float cosines[9];
  CHECK(hogvec_vectors_nearest(v, north, 2, 9, NULL, 0, 1, rows, cosines, &found) == HOGVEC_OK);
  CHECK(found == 4);
  CHECK(rows[0] == 0 && rows[1] == 2 && rows[2] == 1 && rows[3] == 3);
  CHECK(fabsf(cosines[0] - 1) < 1e-6 && fabs(cosines[1] - sqrt(0.5)) < 1e-6);
  CHECK(fabsf(cosines[2]) < 1e-6 && fabsf(cosines[3] + 1) < 1e-6);
  rows[1] = 77;
  CHECK(hogvec_vectors_nearest(v, north, 2, 1, excluded, 2, 0, rows, cosines, &found) == HOGVEC_OK);
  CHECK(found == 1 && rows[0] == 2 && rows[1] == 77);
  CHECK(hogvec_vectors_nearest(v, north, 2, 0, NULL, 0, 1, rows, cosines, &found) == HOGVEC_OK);
  CHECK(found == 0);
  CHECK(hogvec_vectors_nearest(v, nan_query, 2, 9, NULL, 0, 1, rows, cosines, &found) == HOGVEC_OK);
  CHECK(found == 0);
  CHECK(hogvec_vectors_nearest(v, north, 2, SIZE_MAX, NULL, 0, 1, rows, cosines, &found) ==
        HOGVEC_OK);
  CHECK(found == 4);
  hogvec_vectors_free(v);
}

static void hostile_questions_are_refused(void) {
  hogvec_vectors* v = compass();
  const size_t none[] = {4};
  size_t rows[4], found = 99, length;
  float cosines[4] = {0, 0, 0, 0};
  CHECK_NULL(HOGVEC_INVALID, "vectors is NULL", hogvec_vectors_word(NULL, 0, &length));
  CHECK_NULL(HOGVEC_INVALID, "length is NULL", hogvec_vectors_word(v, 0, NULL));
  CHECK_NULL(HOGVEC_INVALID, "row 4 is none", hogvec_vectors_word(v, 4, &length));
  CHECK_NULL(HOGVEC_INVALID, "is none", hogvec_vectors_row(v, SIZE_MAX));
  CHECK_FAILS(HOGVEC_INVALID, "word is NULL", hogvec_vectors_find(v, NULL, 1, rows));
  CHECK_FAILS(HOGVEC_INVALID, "row is NULL", hogvec_vectors_find(v, "a", 1, NULL));
  CHECK_FAILS(HOGVEC_INVALID, "are none", hogvec_vectors_copy(v, 3, 2, cosines, 4));
  CHECK_FAILS(HOGVEC_INVALID, "are none", hogvec_vectors_copy(v, 1, SIZE_MAX, cosines, 4));
  CHECK_FAILS(HOGVEC_INVALID, "count", hogvec_vectors_copy(v, 0, 2, cosines, 3));
  CHECK_FAILS(HOGVEC_INVALID, "row 4 is none",
              hogvec_vectors_nearest(v, kValues, 2, 4, none, 1, 1, rows, cosines, &found));
  CHECK_FAILS(HOGVEC_INVALID, "excluded is NULL",
              hogvec_vectors_nearest(v, kValues, 2, 4, NULL, 1, 1, rows, cosines, &found));
  CHECK_FAILS(HOGVEC_INVALID, "dim",
              hogvec_vectors_nearest(v, kValues, 3, 4, NULL, 0, 1, rows, cosines, &found));
  CHECK_FAILS(HOGVEC_INVALID, "threads",
              hogvec_vectors_nearest(v, kValues, 2, 4, NULL, 0, -1, rows, cosines, &found));
  CHECK_FAILS(HOGVEC_INVALID, "threads",
              hogvec_vectors_nearest(v, kValues, 2, 4, NULL, 0, INT_MAX, rows, cosines, &found));
  CHECK_FAILS(HOGVEC_INVALID, "query is NULL",
              hogvec_vectors_nearest(v, NULL, 2, 4, NULL, 0, 1, rows, cosines, &found));
  CHECK_FAILS(HOGVEC_INVALID, "found is NULL",
              hogvec_vectors_nearest(v, kValues, 2, 4, NULL, 0, 1, rows, cosines, NULL));
  CHECK(found == 99);
  hogvec_vectors_free(v);
}

static void hostile_vectors_are_refused(void) {
  const char* const twice[] = {"a", "b", "a"};
  const char* const missing[] = {"a", NULL};
  const size_t ones[] = {1, 1, 1};
  CHECK_NULL(HOGVEC_INVALID, "words is NULL", hogvec_vectors_new(NULL, ones, 1, kValues, 2));
  CHECK_NULL(HOGVEC_INVALID, "lengths is NULL", hogvec_vectors_new(twice, NULL, 1, kValues, 2));
  CHECK_NULL(HOGVEC_INVALID, "values is NULL", hogvec_vectors_new(twice, ones, 1, NULL, 2));
  CHECK_NULL(HOGVEC_INVALID, "no words", hogvec_vectors_new(twice, ones, 0, kValues, 2));
  CHECK_NULL(HOGVEC_INVALID, "count", hogvec_vectors_new(twice, ones, 2, kValues, 3));
  CHECK_NULL(HOGVEC_INVALID, "count", hogvec_vectors_new(twice, ones, 2, kValues, 0));
  CHECK_NULL(HOGVEC_INVALID, "word 1 is NULL", hogvec_vectors_new(missing, ones, 2, kValues, 4));
  CHECK_NULL(HOGVEC_INVALID, "row 2 has the word \"a\"",
             hogvec_vectors_new(twice, ones, 3, kValues, 6));
}

static const char* in_folder(const char* folder, const char* name) {
  static char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void files_keep_vectors(const char* folder) {
  const int formats[] = {HOGVEC_TEXT, HOGVEC_BINARY, HOGVEC_GLOVE};
  const char* path = in_folder(folder, "saved");
  hogvec_vectors* v = compass();
  size_t k;
  for (k = 0; k < 3; ++k) {
    hogvec_vectors* again;
    float values[8];
    size_t row = 0;
    CHECK(hogvec_vectors_save(v, path, formats[k]) == HOGVEC_OK);
    again = hogvec_vectors_open(path);
    CHECK(again != NULL && hogvec_vectors_rows(again) == 4 && hogvec_vectors_dim(again) == 2);
    CHECK(hogvec_vectors_copy(again, 0, 4, values, 8) == HOGVEC_OK);
    CHECK(memcmp(values, kValues, sizeof values) == 0);
    CHECK(hogvec_vectors_find(again, "northeast", 9, &row) == HOGVEC_OK && row == 2);
    hogvec_vectors_free(again);
  }
  hogvec_vectors_free(v);
}

static void files_that_are_none_are_refused(const char* folder) {
  const char* const spaced[] = {"two words"};
  const size_t nine[] = {9}, zero[] = {0};
  hogvec_vectors* v = compass();
  FILE* file;
  CHECK_NULL(HOGVEC_INVALID, "path is NULL", hogvec_vectors_open(NULL));
  CHECK_NULL(HOGVEC_FAILED, "absent", hogvec_vectors_open(in_folder(folder, "absent")));
  CHECK_NULL(HOGVEC_FAILED, "ab sent", hogvec_vectors_open(in_folder(folder, "ab\nsent")));
  CHECK_NULL(HOGVEC_FAILED, folder, hogvec_vectors_open(folder));
  file = fopen(in_folder(folder, "damaged"), "wb");
  if (file == NULL) abort();
  fputs("2 2\na 1 2\nb 1\n", file);
  fclose(file);
  CHECK_NULL(HOGVEC_FAILED, "damaged", hogvec_vectors_open(in_folder(folder, "damaged")));
  CHECK_FAILS(HOGVEC_FAILED, "absent",
              hogvec_vectors_save(v, in_folder(folder, "absent/file"), HOGVEC_TEXT));
  CHECK_FAILS(HOGVEC_INVALID, "path is NULL", hogvec_vectors_save(v, NULL, HOGVEC_TEXT));
  CHECK_FAILS(HOGVEC_INVALID, "no format 3", hogvec_vectors_save(v, folder, 3));
  CHECK_FAILS(HOGVEC_INVALID, "no format -1", hogvec_vectors_save(v, folder, -1));
  hogvec_vectors_free(v);
  v = hogvec_vectors_new(spaced, nine, 1, kValues, 2);
  CHECK_FAILS(HOGVEC_INVALID, "row 0", hogvec_vectors_save(v, folder, HOGVEC_BINARY));
  hogvec_vectors_free(v);
  v = hogvec_vectors_new(spaced, zero, 1, kValues, 2);
  CHECK_FAILS(HOGVEC_INVALID, "row 0", hogvec_vectors_save(v, folder, HOGVEC_TEXT));
  hogvec_vectors_free(v);
}

/* A model that the test's script has trained: every row of W is there, the sentences' end first. */
static void a_model_file_is_opened_where_it_lies(const char* model, const char* same_vectors) {
  hogvec_vectors* mapped = hogvec_vectors_open(model);
  hogvec_vectors* read = hogvec_vectors_open(same_vectors);
  size_t row, found = 0, length = 0, other_length = 0;
  CHECK(mapped != NULL && read != NULL);
  if (mapped == NULL || read == NULL) return;
  CHECK(hogvec_vectors_rows(mapped) == hogvec_vectors_rows(read));
  CHECK(hogvec_vectors_rows(mapped) > 5 && hogvec_vectors_dim(mapped) == 10);
  for (row = 0; row < hogvec_vectors_rows(read); ++row) {
    const char* word = hogvec_vectors_word(mapped, row, &length);
    CHECK(memcmp(word, hogvec_vectors_word(read, row, &other_length), length) == 0);
    CHECK(length == other_length);
    CHECK(hogvec_vectors_find(mapped, word, length, &found) == HOGVEC_OK && found == row);
    CHECK(memcmp(hogvec_vectors_row(mapped, row), hogvec_vectors_row(read, row),
                 10 * sizeof(float)) == 0);
  }
  CHECK(hogvec_vectors_find(mapped, "no such word", 12, &found) == HOGVEC_NOT_FOUND);
  hogvec_vectors_free(mapped);
  hogvec_vectors_free(read);
}

static void* fail_elsewhere(void* name) {
  CHECK(hogvec_last_status() == HOGVEC_OK && hogvec_last_error()[0] == '\0');
  CHECK_NULL(HOGVEC_FAILED, (const char*)name, hogvec_vectors_open((const char*)name));
  return NULL;
}

static void each_thread_has_its_last_error(void) {
  char name[] = "/nowhere/at/all";
  pthread_t thread;
  CHECK_NULL(HOGVEC_INVALID, "path is NULL", hogvec_vectors_open(NULL));
  if (pthread_create(&thread, NULL, fail_elsewhere, name) != 0) abort();
  pthread_join(thread, NULL);
  CHECK_SAYS(HOGVEC_INVALID, "path is NULL");
}

int main(int count, char** arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: test_c_abi FOLDER MODEL SAME_VECTORS\n");
    return 2;
  }
  CHECK(hogvec_last_status() == HOGVEC_OK && hogvec_last_error()[0] == '\0');
  CHECK(strcmp(hogvec_version(), HOGVEC_VERSION) == 0);
  vectors_are_what_was_given();
  nearest_rows_come_in_order();
  hostile_questions_are_refused();
  hostile_vectors_are_refused();
  files_keep_vectors(arguments[1]);
  files_that_are_none_are_refused(arguments[1]);
  a_model_file_is_opened_where_it_lies(arguments[2], arguments[3]);
  each_thread_has_its_last_error();
  test_training();
  if (failures != 0) fprintf(stderr, "%d checks failed\n", failures);
  return failures != 0;
}
