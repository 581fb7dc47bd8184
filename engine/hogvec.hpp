// Everything a program needs to read a text, train vectors and ask for neighbors.
#pragma once

#include "engine/corpus/corpus.hpp"
#include "engine/phrases/phrases.hpp"
#include "engine/query/nearest.hpp"
#include "engine/query/row_search.hpp"
#include "engine/train/likelihood/held_out.hpp"
#include "engine/train/train.hpp"
#include "io/error.hpp"
#include "io/vectors_file.hpp"
