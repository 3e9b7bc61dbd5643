#!/usr/bin/env bash
# What is made from the tables: completions that the shells read, a man page that roff takes, the manual's page of
# operators, JSON.
. "$(dirname "$0")/lib.sh"

for shell in bash zsh fish; do
    expect 0 '' qbic completion $shell
    cp stdout.txt completion.$shell
    if command -v $shell >/dev/null; then
        $shell -n completion.$shell || fail "$shell does not read its completion"
    fi
    for word in run fmt ops --no-pass --check median fold-constants; do
        grep -q -- "${word#--}" completion.$shell || fail "the completion of $shell lacks $word"
    done
    ! grep -qE -- '\b(cpu|chunk)\b' completion.$shell || fail "the completion of $shell shows a hidden option"
done
expect 2 "no completion for 'tcsh': the shells are bash, zsh and fish" qbic completion tcsh
expect 2 'expected a shell' qbic completion

completes() { # expected words…, what was typed
    (
        . ./completion.bash
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
        _qbic
        echo "${COMPREPLY[*]}"
    )
}
[ "$(completes qbic fm)" = fmt ] || fail 'bash: verbs'
[ "$(completes qbic ops med)" = median ] || fail 'bash: operators'
[ "$(completes qbic run x.qbi --no-)" = --no-pass ] || fail 'bash: options'
[ "$(completes qbic run x.qbi --no-pass fold)" = fold-constants ] || fail 'bash: passes'
[ "$(completes qbic help che)" = check ] || fail 'bash: help'
touch cells.qbi
[ "$(completes qbic run ce)" = cells.qbi ] || fail 'bash: files'

expect 0 '' qbic man
cp stdout.txt qbic.1
! grep -q '[^ -~]' qbic.1 || fail 'the man page is not ASCII'
for word in '\\-\\-memory' 'EXIT STATUS' 'qbic fmt FILE.qbi'; do
    grep -q -- "$word" qbic.1 || fail "the man page lacks $word"
done
if command -v groff >/dev/null; then
    groff -man -Tutf8 -ww -z qbic.1 >roff.txt 2>&1 || fail 'groff'
    [ ! -s roff.txt ] || fail "groff warns: $(head -n 3 roff.txt)"
fi

# the manual's section of commands
sed '1,/^## Commands$/d' "$SOURCE/docs/cli.md" >commands.md
expect 0 '' qbic man --md
same stdout.txt commands.md

# the editors' grammars
python3 "$SOURCE/docs/editors/make.py" "$QBIC" editors || fail 'docs/editors/make.py'
for file in vim/syntax/qbi.vim vim/ftdetect/qbi.vim vscode/package.json vscode/language-configuration.json \
    vscode/syntaxes/qbi.tmLanguage.json; do
    same "editors/$file" "$SOURCE/docs/editors/$file"
done
if command -v vim >/dev/null; then
    printf 'param level: number = 10 um  # why\nsave "x{level}" |> median\n' >colours.qbi
    cat >colours.vim <<'END'
syntax on
source editors/vim/syntax/qbi.vim
let found = map([[1, 1], [1, 14], [1, 23], [1, 26], [1, 31], [2, 6], [2, 8], [2, 20]],
    \ {_, p -> synIDattr(synID(p[0], p[1], 1), 'name')})
call writefile([join(found)], 'colours.txt')
quitall!
END
    timeout 20 vim -es -N -u NONE -i NONE -S colours.vim colours.qbi >vim.log 2>&1 || true
    echo qbiStatement qbiType qbiNumber qbiNumber qbiComment qbiString qbiHole qbiOperator >wanted.txt
    if vim --version | grep -q "+syntax"; then
        same colours.txt wanted.txt
    fi
fi

# the verbs that the help does not list are known all the same
for verb in completion man; do
    expect 0 '' qbic $verb --help
    expect 0 '' qbic help
    ! grep -qE "^  $verb" stdout.txt || fail "the help lists $verb"
done

"$QBIC" ops --md >operators.md
same operators.md "$SOURCE/docs/operators.md"
expect 0 '' qbic ops --json
cp stdout.txt ops.json
[ "$(json ops.json 'sorted(x["name"] for x in d) == sorted(set(x["name"] for x in d))')" = True ] || fail 'names twice'
[ "$(json ops.json '[x["halo"]["before"] for x in d if x["name"] == "median"]')" = '[[2, 2]]' ] || fail 'halo'
[ "$(json ops.json '[x["name"] for x in d if not (x["gives"] and x["examples"] and x["help"])]')" = '[]' ] ||
    fail 'an operator without result, example or help'
[ "$("$QBIC" ops | grep -c '^  ')" = "$(json ops.json 'len(d)')" ] || fail 'the list and the JSON differ'
expect 0 '' qbic ops median gaussian --json
[ "$(json stdout.txt 'len(d)')" = 2 ] || fail 'two operators as JSON'
expect 2 'exclude each other' qbic ops --json --md
finish
