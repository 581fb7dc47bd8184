/* hogvec for C, and for every language that can call C: libhogvec.so.
 *
 * Opens, asks and saves word vectors, and trains them from a text of numbers. README.md beside the
 * source says more, with an example.
 *
 * Functions that can fail return a hogvec_status, or a new object or NULL. What went wrong then
 * stands in hogvec_last_error() of the same thread. Every argument is checked as far as C allows:
 * where a size is passed with a pointer, nothing outside of it is read or written, and NULL is an
 * error, unless the function says otherwise. Where a function fails, what it would have given is
 * left as it was.
 *
 * Threads: functions that take a const object may be called for it by any number of threads at
 * once; the others by one at a time, while nobody else uses that object. Different objects have
 * nothing to do with each other. No function may be called in a signal handler, nor, after others
 * were called, in the child of a fork(), which has none of the threads. A thread that is in one may
 * not be cancelled, nor the library be unloaded.
 *
 * Rows and ids are counted from 0. Strings are bytes, UTF-8 by custom; names and paths end with a
 * NUL, words have a length, and need no NUL.
 */
#ifndef HOGVEC_H
#define HOGVEC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hogvec_status {
  HOGVEC_OK = 0,
  HOGVEC_INVALID = 1, /* an argument is none that the function takes */
  HOGVEC_FAILED = 2,  /* a file, the system, settings that contradict each other, divergence */
  HOGVEC_NO_MEMORY = 3,
  HOGVEC_NOT_FOUND = 4, /* no such word: an answer, which leaves the last error as it was */
  HOGVEC_STOPPED = 5    /* the caller stopped the training: likewise */
} hogvec_status;

typedef enum hogvec_format {
  HOGVEC_TEXT = 0,   /* word2vec's, numbers with six digits behind the point */
  HOGVEC_BINARY = 1, /* word2vec's, 32-bit floats */
  HOGVEC_GLOVE = 2   /* text without a header, digits enough to give the same floats again */
} hogvec_format;

/* "0.2.0". Any thread. */
const char* hogvec_version(void);

/* One line, of the last call of this thread that failed; empty where none has. Valid until the next
 * one that does. Any thread, each its own. */
const char* hogvec_last_error(void);
/* What that call returned, or would have, were it not for a NULL; HOGVEC_OK where none has. */
hogvec_status hogvec_last_status(void);

/* ---- Vectors ---- */

/* Words with their vectors. Nothing of it changes between open and free. */
typedef struct hogvec_vectors hogvec_vectors;

/* A vector file of word2vec (text or binary), of GloVe, a .npy file with its list of words beside
 * it, packed or not; or a model file, which is mapped, and so opened at once whatever its size. The
 * rows are those of the file: where </s>, the end of a sentence, is a word there, it is one here.
 * Of a word that stands twice in a vector file the first row stays, later rows move up. "-" is the
 * standard input. A model file must not be cut short while it is open, nor another while it is
 * read: that ends the process. Any thread. */
hogvec_vectors* hogvec_vectors_open(const char* path);

/* Copies of `rows` words, each once, of lengths[k] bytes at words[k], and of their vectors: dim
 * floats each, one behind the other, rows * dim of them, which is `count`. Any thread. */
hogvec_vectors* hogvec_vectors_new(const char* const* words, const size_t* lengths, size_t rows,
                                   const float* values, size_t count);

/* NULL is nothing to free. */
void hogvec_vectors_free(hogvec_vectors* vectors);

/* How many words there are, and how long a vector is; 0 where `vectors` is NULL. */
size_t hogvec_vectors_rows(const hogvec_vectors* vectors);
size_t hogvec_vectors_dim(const hogvec_vectors* vectors);

/* The word of a row, *length bytes with no NUL behind them, and the dim floats of a row, both where
 * they lie: valid until `vectors` is freed. */
const char* hogvec_vectors_word(const hogvec_vectors* vectors, size_t row, size_t* length);
const float* hogvec_vectors_row(const hogvec_vectors* vectors, size_t row);

/* The row of a word; HOGVEC_NOT_FOUND where there is none. */
hogvec_status hogvec_vectors_find(const hogvec_vectors* vectors, const char* word, size_t length,
                                  size_t* row);

/* Copies `rows` rows from `first` on, dim floats each, one behind the other: `count` is
 * rows * dim. */
hogvec_status hogvec_vectors_copy(const hogvec_vectors* vectors, size_t first, size_t rows,
                                  float* values, size_t count);

/* Of the rows whose cosine with `query`, dim floats of any length, is highest: at most k, but for
 * those in `excluded`, which is NULL where `excluded_count` is 0. Writes them to rows and their
 * cosines to cosines, arrays of k, highest first, ties by the lower row, and to *found how many
 * they are. A zero vector has the cosine 0 with all; rows whose cosine is no number are never among
 * them. `threads`: 0 for all cores. */
hogvec_status hogvec_vectors_nearest(const hogvec_vectors* vectors, const float* query, size_t dim,
                                     size_t k, const size_t* excluded, size_t excluded_count,
                                     int threads, size_t* rows, float* cosines, size_t* found);

/* Writes all of them, in a hogvec_format, to a file that appears whole or not at all; compressed
 * where its name ends in ".gz" or ".zst". Refuses words that the format cannot hold: those that are
 * empty or have a space or a newline. A pipe whose reader has gone raises SIGPIPE, and a file
 * beyond the process's limit SIGXFSZ: a process that ignores them gets HOGVEC_FAILED. */
hogvec_status hogvec_vectors_save(const hogvec_vectors* vectors, const char* path, int format);

/* ---- Training ---- */

/* A text of numbers, which training reads. Nothing of it changes between new and free. */
typedef struct hogvec_text hogvec_text;

/* Sentence s is ids[offsets[s]] to ids[offsets[s + 1] - 1]: `offsets`, which never fall, has
 * sentences + 1 numbers from 0 to `count`, and each id is one of 0 to words - 1. Ids that stand
 * fewer than `min_count` times are left out. Copies what it needs. Any thread. */
hogvec_text* hogvec_text_new_int32(const int32_t* ids, size_t count, const int64_t* offsets,
                                   size_t sentences, size_t words, uint64_t min_count);
hogvec_text* hogvec_text_new_int64(const int64_t* ids, size_t count, const int64_t* offsets,
                                   size_t sentences, size_t words, uint64_t min_count);
void hogvec_text_free(hogvec_text* text);

/* What a run is asked to do: names with numbers, so that later versions may have more. */
typedef struct hogvec_settings hogvec_settings;

/* With the defaults, which hogvec_settings_get() tells. Any thread. */
hogvec_settings* hogvec_settings_new(void);
void hogvec_settings_free(hogvec_settings* settings);

/* The name of setting k, from 0 on; NULL where there are no more, which is no error. Any thread. */
const char* hogvec_settings_name(size_t k);

/* Errors: no such name; a value that the setting never takes. What only some others contradict is
 * told by hogvec_train(). */
hogvec_status hogvec_settings_set(hogvec_settings* settings, const char* name, double value);
hogvec_status hogvec_settings_get(const hogvec_settings* settings, const char* name, double* value);

/* Where a run stands. Later versions may have more behind: `size` says how much there is. */
typedef struct hogvec_progress {
  size_t size;          /* of this struct in bytes */
  uint64_t words;       /* done, over all epochs, each sentence's end being one */
  uint64_t words_total; /* of the whole run */
  uint64_t epochs;      /* that are trained to their end */
  double alpha;         /* learning rate at the moment */
  double loss;          /* mean of the last epoch that has ended; 0 before */
} hogvec_progress;

/* Called on the thread that called hogvec_train(), some ten times a second and after each epoch,
 * with the `data` that was given there. It stops the run by returning anything but 0, and is not
 * called again then; it must
 * return, so no longjmp() and no exception may leave it. */
typedef int (*hogvec_on_progress)(const hogvec_progress* progress, void* data);

/* Trains, and writes the vectors: row `id` of `vectors` is that of an id, as many floats as the
 * setting "dim" says; it is zero where the id was left out. `count` is words of the text * dim.
 * `on_progress` may be NULL. A run that was stopped writes what it has got to, and returns
 * HOGVEC_STOPPED. With one thread the same text and settings give the same vectors. Any thread;
 * the settings are read before training begins. */
hogvec_status hogvec_train(const hogvec_text* text, const hogvec_settings* settings,
                           hogvec_on_progress on_progress, void* data, float* vectors,
                           size_t count);

#ifdef __cplusplus
}
#endif

#endif
