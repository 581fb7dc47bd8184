#!/bin/bash
# A wheel is built and installed without the network, trains, and goes without a trace.
#   test_wheel.sh ROOT PYTHON BUILD_FOLDER
# BUILD_FOLDER is kept, so that the next run compiles what has changed alone. Skipped without
# ninja, and where that Python has no build, venv, setuptools, wheel or NumPy.
set -euo pipefail
root=$1
python=$2
folder=$3
# shellcheck source=tests/tools/lib.sh
. "$root/tests/tools/lib.sh"
for module in build ensurepip venv setuptools wheel numpy; do
  "$python" -c "import $module" 2> /dev/null || { echo "$name: no $module: skipped"; exit 77; }
done
command -v ninja > /dev/null || { echo "$name: no ninja: skipped"; exit 77; }
export PIP_NO_INDEX=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONNOUSERSITE=1
unset PYTHONPATH

# What setuptools would put beside the sources. Stale modules of the last time are none of this wheel.
mkdir -p "$folder"
rm -rf "$folder"/lib*
printf '[build]\nbuild_base=%s\nbuild_temp=%s\n[egg_info]\negg_base=%s\n' \
  "$folder" "$folder/cmake" "$work" > "$work/places.cfg"
export DIST_EXTRA_CONFIG=$work/places.cfg
listing() { find "$root/tools/python" -name __pycache__ -prune -o -print | sort; }
listing > "$work/before"
"$python" -m build --wheel --no-isolation --outdir "$work/dist" "$root/tools/python" \
  > "$work/log" 2>&1 || fail "$(tail -n 40 "$work/log")"
listing > "$work/after"
diff "$work/before" "$work/after" || fail 'building leaves files among the sources'

# The package and nothing else: no tests, no sources in C++.
version=$(sed -n 's/^project(hogvec VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
wheel=$(echo "$work"/dist/*)
[[ $(basename "$wheel") == hogvec-$version-cp3*-linux_*.whl ]] || fail "made $wheel"
"$python" -m zipfile -l "$wheel" | awk 'NR > 1 { print $1 }' | sort > "$work/members"
(cd "$root/tools/python" && find hogvec \( -name '*.py' -o -name '*.pyi' -o -name py.typed \) | sort) \
  > "$work/modules"
grep -v -e '^hogvec/_engine\.cpython-.*\.so$' -e "^hogvec-$version.dist-info/" "$work/members" |
  diff "$work/modules" - || fail 'in the wheel: see above'
[[ $(grep -c '^hogvec/_engine\..*\.so$' "$work/members") -eq 1 ]] || fail 'no extension, or several'
grep -qx "hogvec-$version.dist-info/LICENSE" "$work/members" || fail 'no LICENSE'
"$python" -m zipfile -e "$wheel" "$work/unpacked"
metadata=$work/unpacked/hogvec-$version.dist-info/METADATA
for line in 'Name: hogvec' "Version: $version" 'Requires-Python: >=3.9' '# hogvec for Python'; do
  grep -qxF -- "$line" "$metadata" || fail "METADATA lacks $line"
done
grep -q '^Requires-Dist: numpy' "$metadata" || fail 'METADATA does not ask for NumPy'

# In a folder of its own, far from the sources.
"$python" -m venv --system-site-packages "$work/venv" > "$work/log" || fail "$(cat "$work/log")"
environment=$work/venv
(cd "$environment" && find . -name __pycache__ -prune -o -print | sort) > "$work/before"
"$environment/bin/pip" install --no-deps "$wheel" > "$work/log" 2>&1 || fail "$(cat "$work/log")"
mkdir "$work/elsewhere"
cat > "$work/elsewhere/train.py" <<'END'
import importlib.metadata
import sys
import hogvec

assert hogvec.__file__.startswith(sys.argv[1]), hogvec.__file__
assert hogvec.__version__ == importlib.metadata.version("hogvec") == sys.argv[2]
sentences = ["sun moon star comet sun star moon comet".split()] * 5
sentences += ["bread butter cheese honey butter bread honey".split()] * 5
model = hogvec.Word2Vec(sentences, vector_size=20, window=2, min_count=1, sample=0, sg=1,
                        epochs=300, workers=1, seed=1)
near = {word for word, _ in model.wv.most_similar("sun", topn=3)}
assert near == {"moon", "star", "comet"}, near
END
(cd "$work/elsewhere" && timeout "$limit" "$environment/bin/python" train.py "$environment" "$version") ||
  fail 'what the wheel has installed does not train'
"$environment/bin/pip" uninstall -y hogvec > "$work/log" 2>&1 || fail "$(cat "$work/log")"
(cd "$environment" && find . -name __pycache__ -prune -o -print | sort) | diff "$work/before" - ||
  fail 'pip uninstall leaves files'
