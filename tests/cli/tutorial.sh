#!/usr/bin/env bash
# The tutorial and the commands of the README, step by step, as their reader does them. UPDATE=1 writes what was printed into the page.
. "$(dirname "$0")/lib.sh"
mkdir bin && ln -s "$QBIC" bin/qbic && ln -s "$SAMPLES" samples
export PATH=$WORK/bin:$PATH
echo 'save blobs([40, 96, 128], seed=2) to "stack.npy"' >stack_npy.qbi
qbic run stack_npy.qbi -q || fail 'the stack'
make_tiff stack.tif pages=40 shape=96x128 fill=npy:stack.npy voxel=1,0.5,0.5
python3 "$SOURCE/tests/tools/steps.py" "$WORK" "$SOURCE/docs/tutorial.md" ${UPDATE:+--update} || fail 'docs/tutorial.md'

# the README's commands, on the images that it makes
mkdir readme && ln -s "$SAMPLES" readme/samples
python3 "$SOURCE/tests/tools/steps.py" "$WORK/readme" "$SOURCE/README.md" || fail 'README.md'
finish
