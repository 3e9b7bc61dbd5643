#!/usr/bin/env bash
# The pages of reports in a real browser: headless Chromium opens them from files (tests/browser/page.mjs says what it looks
# at). BROWSER_SHOTS=DIR keeps the screenshots.
. "$(dirname "$0")/lib.sh"
sanitized && skip 'a page is made with the same bytes without sanitizers'
chromium=$(command -v chromium || command -v chromium-browser) || skip "no Chromium: ./bootstrap test installs it"
command -v node >/dev/null || skip 'no Node.js: ./bootstrap test installs it'
library=${QB_BROWSER:-$SOURCE/build/browser}
[ -d "$library/node_modules/playwright-core" ] || skip "no playwright-core in $library: ./bootstrap test installs it"

qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'
cat >real.qbi <<'QBI'
param input: path = "none.tif"
param level: number = 60
param words: string = "</script><b>"
v     = read(input)
f     = v |> gaussian(2)
cells = f > level |> label
lost  = f |> gaussian(50)
save f to "smooth.tif"
save f > level to "mask.png"
save cells to "labels.tif"
save max(f) - f to "inverse.npy"
save count(cells) to "cells.csv"
print mean(f)
QBI
cat >many.qbi <<'QBI'
v = noise([520, 64, 64], seed=1)
save median(v, 3) > 0.5 |> label |> count to "many.csv"
save gaussian(v, 1) to "many.tif"
QBI
qbic run real.qbi cells3d.tif -q -t 2 -o out --report real.html --report real.json >/dev/null || fail 'a run'
qbic run many.qbi -q -t 2 --chunk 1,2 -o out --report many.html --report many.json || fail 'a run of many tasks'
expect 1 'cannot open' qbic run real.qbi none.tif --report failed.html --report failed.json
qbic scale real.qbi cells3d.tif --max 2 --repeat 3 --json >scale.json 2>/dev/null || fail 'scale'
qbic report real.json scale.json -o scale.html || fail 'the page of scale'
qbic scale real.qbi cells3d.tif --max 2 --repeat 1 --report own.html --report own.json && grep -q karp_flatt own.json || fail "the page of scale"
node "$SOURCE/tests/browser/page.mjs" "$library" "$chromium" "$WORK" || fail 'the pages in a browser'
[ -z "${BROWSER_SHOTS:-}" ] || { mkdir -p "$BROWSER_SHOTS" && cp shots/*.png "$BROWSER_SHOTS"; }
finish
