/* Training through hogvec.h. The text has two topics that share no word, five ids each, so that
 * what is trained right is plain: an id lies nearer to each of its topic than to any of the other.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/c/checks.h"

enum { kTopic = 5, kWords = 2 * kTopic, kSentences = 400, kLength = 8, kDim = 12 };

static int32_t ids[kSentences * kLength];
static int64_t wide_ids[kSentences * kLength];
static int64_t offsets[kSentences + 1];

static void make_text(void) {
  uint32_t state = 1;
  int s, k;
  for (s = 0; s < kSentences; ++s) {
    offsets[s + 1] = offsets[s] + kLength;
    for (k = 0; k < kLength; ++k) {
      const int at = s * kLength + k;
      state = state * 1664525u + 1013904223u;
      ids[at] = s % 2 * kTopic + (int32_t)((state >> 16) % kTopic);
      wide_ids[at] = ids[at];
    }
  }
}

static hogvec_text* new_text(size_t words) {
  hogvec_text* text =
      hogvec_text_new_int32(ids, (size_t)kSentences * kLength, offsets, kSentences, words, 1);
  if (text == NULL) abort();
  return text;
}

static hogvec_settings* new_settings(void) {
  hogvec_settings* settings = hogvec_settings_new();
  if (settings == NULL) abort();
  CHECK(hogvec_settings_set(settings, "dim", kDim) == HOGVEC_OK);
  CHECK(hogvec_settings_set(settings, "subsampling", 0) == HOGVEC_OK);
  CHECK(hogvec_settings_set(settings, "epochs", 20) == HOGVEC_OK);
  return settings;
}

static double cosine(const float* a, const float* b) {
  double ab = 0, aa = 0, bb = 0;
  int i;
  for (i = 0; i < kDim; ++i) {
    ab += (double)a[i] * b[i];
    aa += (double)a[i] * a[i];
    bb += (double)b[i] * b[i];
  }
  return ab / sqrt(aa * bb);
}

static int topics_are_apart(const float* vectors) {
  double least_within = 1, most_between = -1;
  int a, b;
  for (a = 0; a < kWords; ++a) {
    for (b = 0; b < a; ++b) {
      const double c = cosine(vectors + a * kDim, vectors + b * kDim);
      if (a / kTopic == b / kTopic && !(c > least_within)) least_within = c;
      if (a / kTopic != b / kTopic && !(c < most_between)) most_between = c;
    }
  }
  return least_within > most_between;
}

static void settings_have_names_and_bounds(void) {
  hogvec_settings* s = hogvec_settings_new();
  double value = 7;
  size_t k;
  CHECK(s != NULL);
  for (k = 0; hogvec_settings_name(k) != NULL; ++k) {
    CHECK(hogvec_settings_get(s, hogvec_settings_name(k), &value) == HOGVEC_OK);
    CHECK(hogvec_settings_set(s, hogvec_settings_name(k), value) == HOGVEC_OK);
  }
  CHECK(k > 20);
  CHECK(hogvec_settings_name(SIZE_MAX) == NULL);
  CHECK(hogvec_settings_get(s, "dim", &value) == HOGVEC_OK && value == 100);
  CHECK(hogvec_settings_set(s, "seed", 9007199254740992.0) == HOGVEC_OK);
  CHECK_FAILS(HOGVEC_INVALID, "no setting \"Dim\"", hogvec_settings_set(s, "Dim", 1));
  CHECK_FAILS(HOGVEC_INVALID, "name is NULL", hogvec_settings_set(s, NULL, 1));
  CHECK_FAILS(HOGVEC_INVALID, "settings is NULL", hogvec_settings_set(NULL, "dim", 1));
  CHECK_FAILS(HOGVEC_INVALID, "value is NULL", hogvec_settings_get(s, "dim", NULL));
  CHECK_FAILS(HOGVEC_INVALID, "whole number", hogvec_settings_set(s, "dim", 1.5));
  CHECK_FAILS(HOGVEC_INVALID, "whole number", hogvec_settings_set(s, "dim", -1));
  CHECK_FAILS(HOGVEC_INVALID, "whole number", hogvec_settings_set(s, "dim", NAN));
  CHECK_FAILS(HOGVEC_INVALID, "whole number", hogvec_settings_set(s, "epochs", 1e300));
  CHECK_FAILS(HOGVEC_INVALID, "whole number", hogvec_settings_set(s, "threads", 4097));
  CHECK_FAILS(HOGVEC_INVALID, "0 or 1", hogvec_settings_set(s, "cbow", 2));
  CHECK_FAILS(HOGVEC_INVALID, "finite", hogvec_settings_set(s, "alpha", INFINITY));
  CHECK(hogvec_settings_get(s, "dim", &value) == HOGVEC_OK && value == 100);
  hogvec_settings_free(s);
  hogvec_settings_free(NULL);
}

/* Until somebody sets it, alpha is what suits the others. */
static void alpha_follows_the_architecture(void) {
  hogvec_settings* s = hogvec_settings_new();
  double value = 0;
  CHECK(hogvec_settings_get(s, "alpha", &value) == HOGVEC_OK && value == 0.025);
  CHECK(hogvec_settings_set(s, "cbow", 1) == HOGVEC_OK);
  CHECK(hogvec_settings_get(s, "alpha", &value) == HOGVEC_OK && value == 0.05);
  CHECK(hogvec_settings_set(s, "alpha", 0.01) == HOGVEC_OK);
  CHECK(hogvec_settings_set(s, "cbow", 0) == HOGVEC_OK);
  CHECK(hogvec_settings_get(s, "alpha", &value) == HOGVEC_OK && value == 0.01);
  hogvec_settings_free(s);
}

static void hostile_texts_are_refused(void) {
  const int32_t few[] = {0, 1, 2, 0};
  const int64_t below[] = {0, -1, 2};
  const int64_t outside[] = {0, 3, INT64_MIN};
  const int64_t good[] = {0, 2, 4}, falls[] = {0, 3, 2}, far[] = {0, 2, 5}, early[] = {-1, 2, 4};
  CHECK_NULL(HOGVEC_INVALID, "ids is NULL", hogvec_text_new_int32(NULL, 4, good, 2, 3, 1));
  CHECK_NULL(HOGVEC_INVALID, "offsets is NULL", hogvec_text_new_int32(few, 4, NULL, 2, 3, 1));
  CHECK_NULL(HOGVEC_INVALID, "no sentences", hogvec_text_new_int32(few, 4, good, 0, 3, 1));
  CHECK_NULL(HOGVEC_INVALID, "sentences", hogvec_text_new_int32(few, 4, good, SIZE_MAX, 3, 1));
  CHECK_NULL(HOGVEC_INVALID, "no words", hogvec_text_new_int32(few, 4, good, 2, 0, 1));
  CHECK_NULL(HOGVEC_INVALID, "2^32", hogvec_text_new_int32(few, 4, good, 2, SIZE_MAX, 1));
  CHECK_NULL(HOGVEC_INVALID, "offset 2 is 2", hogvec_text_new_int32(few, 4, falls, 2, 3, 1));
  CHECK_NULL(HOGVEC_INVALID, "offset 0 is -1", hogvec_text_new_int32(few, 4, early, 2, 3, 1));
  CHECK_NULL(HOGVEC_INVALID, "end at 5", hogvec_text_new_int32(few, 4, far, 2, 3, 1));
  CHECK_NULL(HOGVEC_INVALID, "id 2 is 2, not one of 0 to 1",
             hogvec_text_new_int32(few, 4, good, 2, 2, 1));
  CHECK_NULL(HOGVEC_INVALID, "id 1 is -1", hogvec_text_new_int64(below, 3, good, 1, 3, 1));
  CHECK_NULL(HOGVEC_INVALID, "id 1 is 3", hogvec_text_new_int64(outside, 3, good, 1, 3, 1));
  hogvec_text_free(NULL);
}

static void text_and_settings_that_train_nothing_are_refused(void) {
  float vectors[kWords * kDim] = {0};
  const int64_t empty[] = {0, 0};
  hogvec_text* nothing = hogvec_text_new_int32(NULL, 0, empty, 1, kWords, 1);
  hogvec_text* text = new_text(kWords);
  hogvec_settings* s = new_settings();
  const size_t count = kWords * kDim;
  CHECK(nothing != NULL);
  CHECK_FAILS(HOGVEC_FAILED, "nothing to train",
              hogvec_train(nothing, s, NULL, NULL, vectors, count));
  CHECK_FAILS(HOGVEC_INVALID, "text is NULL", hogvec_train(NULL, s, NULL, NULL, vectors, count));
  CHECK_FAILS(HOGVEC_INVALID, "settings is NULL",
              hogvec_train(text, NULL, NULL, NULL, vectors, count));
  CHECK_FAILS(HOGVEC_INVALID, "vectors is NULL", hogvec_train(text, s, NULL, NULL, NULL, count));
  CHECK_FAILS(HOGVEC_INVALID, "count", hogvec_train(text, s, NULL, NULL, vectors, count - 1));
  CHECK_FAILS(HOGVEC_INVALID, "count", hogvec_train(text, s, NULL, NULL, vectors, 0));
  CHECK(hogvec_settings_set(s, "full_softmax", 1) == HOGVEC_OK);
  CHECK_FAILS(HOGVEC_FAILED, "excludes", hogvec_train(text, s, NULL, NULL, vectors, count));
  CHECK(hogvec_settings_set(s, "dim", 0) == HOGVEC_OK);
  CHECK_FAILS(HOGVEC_FAILED, "length", hogvec_train(text, s, NULL, NULL, vectors, count));
  hogvec_settings_free(s);
  hogvec_text_free(text);
  hogvec_text_free(nothing);
}

static void training_tells_topics_apart(void) {
  static const char* const kWays[] = {"shrink_windows", "cbow", "hierarchical_softmax"};
  hogvec_text* text = new_text(kWords);
  size_t k;
  for (k = 0; k < sizeof kWays / sizeof *kWays; ++k) {
    float vectors[kWords * kDim];
    hogvec_settings* s = new_settings();
    CHECK(hogvec_settings_set(s, kWays[k], 1) == HOGVEC_OK);
    CHECK(hogvec_settings_set(s, "threads", 2) == HOGVEC_OK);
    CHECK(hogvec_train(text, s, NULL, NULL, vectors, kWords * kDim) == HOGVEC_OK);
    CHECK(topics_are_apart(vectors));
    hogvec_settings_free(s);
  }
  hogvec_text_free(text);
}

/* Ids that the text lacks, or has too rarely, are zero; the others know nothing of them, and are
 * the same of either width. */
static void ids_that_are_left_out_are_zero(void) {
  static float vectors[(kWords + 2) * kDim], wide[kWords * kDim];
  hogvec_text* text = new_text(kWords + 2);
  hogvec_text* wide_text =
      hogvec_text_new_int64(wide_ids, (size_t)kSentences * kLength, offsets, kSentences, kWords, 0);
  hogvec_text* rare = hogvec_text_new_int32(ids, (size_t)kSentences * kLength, offsets, kSentences,
                                            kWords, UINT64_MAX);
  hogvec_settings* s = new_settings();
  size_t i;
  CHECK(wide_text != NULL && rare != NULL);
  memset(vectors, 1, sizeof vectors);
  CHECK(hogvec_train(text, s, NULL, NULL, vectors, (kWords + 2) * kDim) == HOGVEC_OK);
  for (i = kWords * kDim; i < (kWords + 2) * kDim; ++i) CHECK(vectors[i] == 0);
  CHECK(topics_are_apart(vectors));
  CHECK(hogvec_train(wide_text, s, NULL, NULL, wide, kWords * kDim) == HOGVEC_OK);
  CHECK(memcmp(vectors, wide, sizeof wide) == 0);
  CHECK_FAILS(HOGVEC_FAILED, "nothing to train",
              hogvec_train(rare, s, NULL, NULL, wide, kWords * kDim));
  hogvec_settings_free(s);
  hogvec_text_free(rare);
  hogvec_text_free(wide_text);
  hogvec_text_free(text);
}

struct Seen {
  int calls;
  uint64_t epochs;
  uint64_t stop_after; /* epochs */
  int stops;           /* how often it has said so */
};

static int watch(const hogvec_progress* progress, void* data) {
  struct Seen* seen = (struct Seen*)data;
  CHECK(progress->size == sizeof *progress);
  CHECK(progress->words_total == 20 * (uint64_t)kSentences * (kLength + 1));
  CHECK(progress->words <= progress->words_total && progress->epochs >= seen->epochs);
  CHECK(progress->epochs == 0 || progress->loss > 0);
  ++seen->calls;
  seen->epochs = progress->epochs;
  const int stop = seen->epochs >= seen->stop_after;
  seen->stops += stop;
  return stop;
}

static void a_run_is_watched_and_stopped(void) {
  float whole[kWords * kDim], watched[kWords * kDim], stopped[kWords * kDim];
  struct Seen all = {0, 0, 99, 0}, some = {0, 0, 2, 0};
  hogvec_text* text = new_text(kWords);
  hogvec_settings* s = new_settings();
  CHECK(hogvec_train(text, s, NULL, NULL, whole, kWords * kDim) == HOGVEC_OK);
  CHECK(hogvec_train(text, s, watch, &all, watched, kWords * kDim) == HOGVEC_OK);
  CHECK(all.calls >= 20 && all.epochs == 20);
  CHECK(memcmp(whole, watched, sizeof whole) == 0);
  memset(stopped, 0, sizeof stopped);
  CHECK(hogvec_train(text, s, watch, &some, stopped, kWords * kDim) == HOGVEC_STOPPED);
  CHECK(some.stops == 1);
  CHECK(some.epochs == 2);
  CHECK(memcmp(whole, stopped, sizeof whole) != 0 && stopped[0] != 0);
  CHECK(hogvec_settings_set(s, "epochs", 0) == HOGVEC_OK);
  CHECK(hogvec_train(text, s, NULL, NULL, stopped, kWords * kDim) == HOGVEC_OK);
  hogvec_settings_free(s);
  hogvec_text_free(text);
}

void test_training(void) {
  make_text();
  settings_have_names_and_bounds();
  alpha_follows_the_architecture();
  hostile_texts_are_refused();
  text_and_settings_that_train_nothing_are_refused();
  training_tells_topics_apart();
  ids_that_are_left_out_are_zero();
  a_run_is_watched_and_stopped();
}
