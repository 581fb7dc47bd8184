"""Builds hogvec._engine by CMake, from the root of the repository; all else is in pyproject.toml."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parents[2]


def version() -> str:
    """The CMake project's."""
    found = re.search(r"project\(hogvec VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())
    if found is None:
        sys.exit(f"{ROOT / 'CMakeLists.txt'}: names no version")
    return found.group(1)


class CMakeBuild(build_ext):
    """Asks CMake for the one target that Python needs."""

    def build_extension(self, ext: Extension) -> None:
        place = Path(self.get_ext_fullpath(ext.name)).resolve()
        build = Path(self.build_temp).resolve()
        subprocess.check_call([
            "cmake", "-S", str(ROOT), "-B", str(build), "-DCMAKE_BUILD_TYPE=Release",
            "-DHOGVEC_BUILD_PYTHON=ON", "-DHOGVEC_BUILD_TESTS=OFF", "-DHOGVEC_BUILD_BENCH=OFF",
            f"-DPython_EXECUTABLE={sys.executable}", *shlex.split(os.environ.get("CMAKE_ARGS", "")),
        ])
        subprocess.check_call([
            "cmake", "--build", str(build), "--target", "hogvec_python",
            "--parallel", str(os.cpu_count() or 1),
        ])
        built = build / "python" / "hogvec" / place.name
        place.parent.mkdir(parents=True, exist_ok=True)
        self.copy_file(str(built), str(place))


setup(
    version=version(),
    ext_modules=[Extension("hogvec._engine", sources=[])],
    cmdclass={"build_ext": CMakeBuild},
)
