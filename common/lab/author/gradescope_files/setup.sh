#!/bin/sh
# Gradescope runs this once, when it makes the autograder's image: installs what grading needs, and builds all that a
# submission is linked with, so that one is graded in seconds.
set -e
top=${RADIXLAB_AUTOGRADER:-/autograder}
mkdir -p "$top/course"
cp -R "$top/source/radixlab/." "$top/course/"
cd "$top/course"
./lab setup --preset labs
PYTHONPATH=common python3 -m lab.grade.autograder @CHAPTER@ "$top" --prepare
