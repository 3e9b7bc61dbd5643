#!/usr/bin/env bash
# The long stories of diagnostics: every code in the sources has one, none is told of a code that is not there, each story's
# example gives its code and the mended program does not; docs/errors.md is made of them.
. "$(dirname "$0")/lib.sh"
qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'
make_tiff bone.tif pages=3 shape=9x9 voxel=3,1,1
expect 0 '' qbic explain --json
cp stdout.txt stories.json
grep -rhoE '"QB0[0-9]{3}"' "$SOURCE"/{lang,compiler,core,runtime,cli} --include=*.c --include=*.h --include=*.re --include=*.y \
    --exclude='stories_*.c' --exclude=diag.h --exclude=main.c | tr -d '"' | sort -u >used.txt
python3 -c 'import json, sys; print("\n".join(json.loads(l)["code"] for l in sys.stdin))' <stories.json >told.txt
sort -cu told.txt || fail 'the stories are not in order, or one is told twice'
diff used.txt told.txt || fail 'codes that are used (<) and codes that are told of (>)'
expect 0 '' qbic explain --md
diff stdout.txt "$SOURCE/docs/errors.md" || fail "docs/errors.md is not what 'qbic explain --md' prints"

python3 - "$QBIC" <<'END' || fail 'examples of stories'
import json, os, subprocess, sys
qbic, bad = sys.argv[1], 0
env = dict(os.environ, PATH=os.path.dirname(qbic) + ':' + os.environ['PATH'])
def codes(command):
    out = subprocess.run(['bash', '-c', command], env=env, capture_output=True, stdin=subprocess.DEVNULL)
    text = out.stdout.decode(errors='replace')
    return {json.loads(line)['code'] for line in text.splitlines() if line.startswith('{')}, out
for story in map(json.loads, open('stories.json')):
    if story['wrong']:
        open('wrong.qbi', 'w').write(story['wrong'])
    found, out = codes((story['command'] or 'qbic check wrong.qbi') + ' --json')
    if story['code'] not in found:
        bad += 1
        print(story['code'], 'is not given:', found, out.stderr[:200])
    open('mended.qbi', 'w').write(story['mend'])
    found, out = codes('qbic check mended.qbi --json')
    if story['code'] in found or out.returncode != 0:
        bad += 1
        print(story['code'], 'is not mended:', found, out.stdout[:300])
sys.exit(bad > 0)
END

expect 0 '' qbic explain qb0403
grep -q 'QB0403: a size that must be odd' stdout.txt || fail 'the story of QB0403'
expect 0 '' qbic explain QB0201 QB0202
[ "$(grep -c '^QB020' stdout.txt)" = 2 ] || fail 'two stories'
expect 2 "no diagnostic has the code 'QB0999'" qbic explain QB0999
expect 0 '' qbic explain
grep -q '^QB0601  ' stdout.txt || fail 'the list of codes'
finish
