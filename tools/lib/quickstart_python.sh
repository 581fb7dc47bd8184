# tools/quickstart python, which sources it: the module, for the user who calls.
# shellcheck shell=bash
# shellcheck disable=SC2154  # of tools/quickstart, and of packages.sh and common.sh

# Debian's own, for which its NumPy is, whatever comes first in PATH.
python=/usr/bin/python3
model=$folder/python.model
neighbors=$folder/neighbors.txt

step '[1/5] Packages'
packages "${build_packages[@]}" "${python_packages[@]}"

step '[2/5] Module'
build_them hogvec_python -- -DHOGVEC_BUILD_PYTHON=ON "-DPython_EXECUTABLE=$python"

# Debian's pip installs nothing beside Debian's packages, but Python looks into a folder of the user.
step '[3/5] Where Python finds it'
site=$("$python" -m site --user-site) ||
  die "$python does not look into the folder of this user, $site: is PYTHONNOUSERSITE set?"
run_logged "$folder/install.log" cmake --install "$build" --component python \
  --prefix "$("$python" -m site --user-base)" ||
  die "the module could not be installed: see above"
found=$(cd / && "$python" -c 'import hogvec; print(hogvec.__path__[0])') ||
  die "$python cannot import hogvec: see above"
[[ $found == "$site/hogvec" ]] ||
  die "$python imports hogvec from $found, not from $site: is PYTHONPATH set?"
if grep -q '^-- Installing' "$folder/install.log"; then
  done_step "$site"
else
  done_step "there already: $site"
fi

step '[4/5] Demo corpus'
make_corpus

printf '[5/5] The nearest neighbors of some words, by %s\n\n' "$root/tools/python/examples/neighbors.py"
if [[ ! $neighbors -nt $corpus || ! $neighbors -nt $root/tools/python/examples/neighbors.py ||
      $(find "$site/hogvec" -newer "$neighbors" -name '*.so') ]]; then
  "$python" "$root/tools/python/examples/neighbors.py" "$corpus" "$model" > "$neighbors.partial" ||
    die 'the example failed: see above'
  mv "$neighbors.partial" "$neighbors"
fi
cat "$neighbors"

cat <<END

The model: $model
Ask more:  $python -c "import hogvec; print(hogvec.Word2Vec.load('$model').wv.most_similar('king'))"
All of it: $root/tools/python/README.md
Undo:      rm -r '$site'/hogvec '$site'/hogvec-*.dist-info
END
